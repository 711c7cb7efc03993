"""Models in the cache: believed only as long as the file is the one that was checked."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from rag.errors import InputError, ModelError, NotFoundError
from rag.llm.download import adopt_model
from rag.llm.known_models import DEFAULT_MODEL, KNOWN_MODELS, KnownModel
from rag.llm.weights import LocalModel, canonical_name, find_model, list_models, remove_model

CONTENT = b"GGUF" + bytes(range(256)) * 8
DIGEST = hashlib.sha256(CONTENT).hexdigest()
KNOWN = {"tiny": KnownModel(name="tiny", size=len(CONTENT), sha256=DIGEST, licence="Apache-2.0")}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A GGUF file outside the cache."""
    path = tmp_path / "下载" / "some model.gguf"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def model(cache: Path, file: Path) -> LocalModel:
    """The file, taken into the cache under its short name."""
    return adopt_model(cache, "tiny", file, known=KNOWN)


def test_the_default_model_is_known() -> None:
    """The default has a size that its pieces add up to, so that a fetch can be gone on with at the right byte."""
    known = KNOWN_MODELS[DEFAULT_MODEL]
    assert known.wheels is not None
    assert known.wheels.part_size * (known.wheels.count - 1) < known.size <= known.wheels.part_size * known.wheels.count
    assert (len(known.sha256), known.size) == (64, 1_117_320_768)


def test_an_adopted_file_is_found_and_stays_where_it_was(cache: Path, file: Path, model: LocalModel) -> None:
    """What was adopted is found with size and digest, costs no second copy, and only lock and stamp stand beside it."""
    assert model == LocalModel(
        name="tiny", path=cache / "models" / "tiny" / "tiny.gguf", size=len(CONTENT), sha256=DIGEST
    )
    assert find_model(cache, "tiny", known=KNOWN) == model
    assert list_models(cache, known=KNOWN) == [model]
    assert model.path.samefile(file)
    beside = {path.name for path in model.path.parent.iterdir()}
    assert beside == {"tiny.gguf", "tiny.gguf.json", "tiny.gguf.lock"}


def test_where_files_cannot_be_linked_they_are_copied(cache: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two disks the file is copied, and telling goes up to 1."""
    told: list[tuple[str, float]] = []
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(18, "Invalid cross-device link")))
    model = adopt_model(cache, "my-own", file, lambda what, share: told.append((what, share)), known=KNOWN)
    assert model.path.read_bytes() == CONTENT
    assert not model.path.samefile(file)
    assert told == [("checking my-own", 1.0)]


def test_another_file_does_not_get_a_known_name(cache: Path, file: Path) -> None:
    """A file with another digest is refused under the known name, left as it was, and accepted under its own."""
    file.write_bytes(CONTENT + b"!")
    with pytest.raises(InputError, match=f"is not tiny: its SHA-256 is .*, expected {DIGEST}"):
        adopt_model(cache, "tiny", file, known=KNOWN)
    assert find_model(cache, "tiny", known=KNOWN) is None
    assert file.read_bytes() == CONTENT + b"!"
    assert adopt_model(cache, "other", file, known=KNOWN).size == len(CONTENT) + 1


@pytest.mark.parametrize(("content", "words"), [(b"PK\x03\x04", "is no GGUF file"), (None, "cannot be read: No such")])
def test_what_is_no_model_is_not_adopted(cache: Path, file: Path, content: bytes | None, words: str) -> None:
    """A file of another kind and a missing one are each named in one sentence."""
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(InputError, match=f"some model.gguf {words}"):
        adopt_model(cache, "tiny", file, known=KNOWN)


@pytest.mark.parametrize("damage", ["missing", "short", "changed", "unstamped", "stamp broken"])
def test_a_file_that_changed_is_not_found(cache: Path, model: LocalModel, damage: str) -> None:
    """Without its stamp, or with other bytes than those that were checked, a file is no model."""
    stamp = model.path.with_name("tiny.gguf.json")
    match damage:
        case "missing":
            model.path.unlink()
        case "short":
            model.path.write_bytes(CONTENT[:-1])
        case "changed":
            model.path.write_bytes(CONTENT[:-1] + b"\x00")
            os.utime(model.path, ns=(1, 1))
        case "unstamped":
            stamp.unlink()
        case _:
            stamp.write_text('{"name": "tiny"}', encoding="utf-8")
    assert find_model(cache, "tiny", known=KNOWN) is None
    assert list_models(cache, known=KNOWN) == []


def test_a_moved_cache_is_read_once(cache: Path, model: LocalModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copied cache has new file times: the file is read and stamped anew, and not read after that."""
    moved = cache.with_name("elsewhere")
    shutil.copytree(cache, moved, copy_function=shutil.copyfile)
    os.utime(moved / "models" / "tiny" / "tiny.gguf", ns=(7, 7))
    found = find_model(moved, "tiny", known=KNOWN)
    assert found is not None
    assert found.sha256 == DIGEST
    monkeypatch.setattr("rag.llm.weights.file_sha256", lambda _path: pytest.fail("read again"))
    assert find_model(moved, "tiny", known=KNOWN) == found


def test_a_known_name_with_a_new_digest_is_not_found(cache: Path, model: LocalModel) -> None:
    """When a later version of the program knows other bytes by the name, the old file no longer counts."""
    newer = {"tiny": KnownModel(name="tiny", size=len(CONTENT), sha256="0" * 64, licence="Apache-2.0")}
    assert find_model(cache, "tiny", known=newer) is None


def test_removing_frees_what_the_model_and_unfinished_tries_took(cache: Path, model: LocalModel) -> None:
    """File, stamp and pieces go, the bytes are counted, and a second removal says that there is nothing."""
    piece = model.path.with_name("tiny.gguf.0123456789ab.part")
    piece.write_bytes(b"x" * 500)
    model.path.with_name("tiny.gguf.0123456789ab.part.piece").mkdir()
    stamp = model.path.with_name("tiny.gguf.json").stat().st_size
    assert remove_model(cache, "tiny") == len(CONTENT) + 500 + stamp
    assert [path.name for path in model.path.parent.iterdir()] == ["tiny.gguf.lock"]
    with pytest.raises(NotFoundError, match="there is no model tiny"):
        remove_model(cache, "tiny")


def test_a_model_that_is_being_fetched_is_not_removed(cache: Path, model: LocalModel) -> None:
    """While another process holds the lock, removing says so and removes nothing."""
    with (
        FileLock(model.path.with_name("tiny.gguf.lock")),
        pytest.raises(ModelError, match="being fetched by another process"),
    ):
        remove_model(cache, "tiny")
    assert find_model(cache, "tiny", known=KNOWN) == model


def test_removing_one_model_leaves_one_whose_name_is_longer(cache: Path, file: Path, model: LocalModel) -> None:
    """`tiny` goes and `tiny.gguf2` stays."""
    other = adopt_model(cache, "tiny.gguf2", file, known=KNOWN)
    remove_model(cache, "tiny")
    assert list_models(cache, known=KNOWN) == [other]


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("tiny", "tiny"),
        ("some-org/Some_Repo:model-q4.gguf", "some-org/Some_Repo/model-q4.gguf"),
        ("some-org/repo/q4/model.gguf", "some-org/repo/q4/model.gguf"),
    ],
)
def test_names(given: str, canonical: str) -> None:
    """A plain name and both spellings of a file on the hub are understood."""
    assert canonical_name(given) == canonical


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a/../../b.gguf", "a/b/c.bin", "/etc/passwd", "-x", "a/b/.gguf"])
def test_what_is_no_name(name: str) -> None:
    """Paths, unfinished names and names that would leave the folder are refused."""
    with pytest.raises(InputError, match="names no model"):
        canonical_name(name)
