"""What the files for deployment name exists: copied sources, settings, extras, commands, the health check's path."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

import yaml

from rag.api.app import create_app
from rag.config import Settings

_ROOT = Path(__file__).resolve().parents[1]
_DOCKERFILE = (_ROOT / "Dockerfile").read_text(encoding="utf-8")
_INSTRUCTIONS = [line for line in re.sub(r"\\\n\s*", "", _DOCKERFILE).splitlines() if re.match(r"[A-Z]+ ", line)]
_SETTINGS = {f"JUSHI_{name.upper()}" for name in Settings.model_fields}


def _unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # systemd's names have capitals
    parser.read(_ROOT / "docs/deploy/jushi.service", encoding="utf-8")
    return parser


def test_what_the_image_copies_is_there_and_let_in() -> None:
    """Every source of a COPY is in the repository, and .dockerignore lets it into the build."""
    ignored = (_ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    copied = [line.split()[1:-1] for line in _INSTRUCTIONS if line.startswith("COPY ") and "--from" not in line]
    assert len(copied) > 3
    for source in (source for sources in copied for source in sources):
        assert (_ROOT / source).exists(), source
        assert f"!{source}" in ignored, source


def test_the_image_runs_as_nobody_in_particular() -> None:
    """Two stages, the second without root, with a health check, a volume and the command of this program."""
    assert sum(line.startswith("FROM ") for line in _INSTRUCTIONS) == 2
    last = "\n".join(_INSTRUCTIONS).rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!root)\w+$", last, re.MULTILINE)
    assert "VOLUME /var/lib/jushi" in last
    assert "HEALTHCHECK" in last
    assert '"serve"' in last.rpartition("CMD ")[2]
    served = create_app(Settings(), lambda _progress: None).openapi()["paths"]  # type: ignore[arg-type, return-value]
    assert set(re.findall(r"/healthz|/readyz", last)) <= set(served)


def test_settings_in_the_files_are_settings() -> None:
    """Each JUSHI_ variable that an image, a unit or a page about them sets is one that the program reads."""
    for name in ("Dockerfile", "compose.yaml", "docs/deploy/jushi.service", "docs/deploy.md"):
        used = set(re.findall(r"\bJUSHI_[A-Z_]+\b", (_ROOT / name).read_text(encoding="utf-8")))
        assert used - {"JUSHI_NAME"} <= _SETTINGS, name


def test_extras_are_declared() -> None:
    """What is installed with the program are extras of pyproject.toml."""
    declared = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for text in (_DOCKERFILE, (_ROOT / "docs/deploy.md").read_text(encoding="utf-8")):
        (extras,) = re.findall(r"\.\[([a-z,]+)\]", text)
        assert set(extras.split(",")) <= set(declared)


def test_compose_publishes_to_this_machine_only() -> None:
    """The services parse; ports are bound to the loopback address, and the server's is that of the image."""
    services = yaml.safe_load((_ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert all(port.startswith("127.0.0.1:") for service in services.values() for port in service["ports"])
    server = services["jushi"]
    assert server["ports"][0].rpartition(":")[2] in _DOCKERFILE
    assert server["volumes"] == ["jushi:/var/lib/jushi"]
    assert (server["read_only"], server["cap_drop"]) == (True, ["ALL"])
    address = services["open-webui"]["environment"]["OPENAI_API_BASE_URL"]
    assert address == f"http://jushi:{Settings.model_fields['port'].default}/v1"


def test_the_unit_is_confined() -> None:
    """The unit parses, starts this program, and takes away what it does not need."""
    service = _unit()["Service"]
    assert service["ExecStart"].split()[1:] == ["serve"]
    for name in ("DynamicUser", "NoNewPrivileges", "ProtectHome", "PrivateDevices", "RestrictNamespaces"):
        assert service[name] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
