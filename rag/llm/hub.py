"""Files of the Hugging Face hub: asked about within seconds, fetched with resume."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx2
from huggingface_hub import get_hf_file_metadata, get_session, hf_hub_url
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined] # documented there, but not listed

from rag.errors import ModelError, ModelMissingError
from rag.llm.known_models import HubFile

_ASKING = 5.0  # seconds; where no hub can be reached, nobody should have to wait
_READING = 60.0  # seconds without a byte
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A file that the hub has. `sha256` is None where the hub does not know it, which it does for large files."""

    url: str
    size: int  # bytes
    tag: str  # changes with the content
    sha256: str | None


def ask_hub(file: HubFile, endpoint: str | None = None) -> Offer:
    """What the hub has under that name, found out within seconds. `endpoint` is for tests; else HF_ENDPOINT holds.

    Raises:
        ModelError: the hub cannot be reached.
        ModelMissingError: it has no such file, or does not let us have it.
    """
    where = f"{file.file} of {file.repo}"
    try:
        url = hf_hub_url(file.repo, file.file, endpoint=endpoint)
        found = get_hf_file_metadata(url, timeout=_ASKING, endpoint=endpoint)
    except HFValidationError as error:
        raise ModelMissingError(f"{file.repo} is no name of a repository: {error}") from error
    except GatedRepoError as error:
        raise ModelMissingError(f"the hub gives {where} only to those who accepted its terms (HF_TOKEN)") from error
    except (RepositoryNotFoundError, EntryNotFoundError) as error:
        raise ModelMissingError(f"the hub has no {where}") from error
    except HfHubHTTPError as error:
        raise ModelError(f"the hub does not give {where}: HTTP {error.response.status_code}") from error
    except OfflineModeIsEnabled as error:
        raise ModelError("the hub is not asked, because HF_HUB_OFFLINE is set") from error
    except (httpx2.HTTPError, OSError) as error:
        raise ModelError(f"the hub cannot be reached for {where}: {error}") from error
    if not found.size or not found.etag:
        raise ModelError(f"the hub does not say what {where} is, only that it is there")
    sha256 = found.etag if _SHA256.fullmatch(found.etag) else None
    return Offer(url=url, size=found.size, tag=found.etag, sha256=sha256)


def append_offer(offer: Offer, target: Path, told: Callable[[int], None]) -> None:
    """Append to `target` what it lacks of the file; `told` is called with its size in bytes.

    A connection that breaks is made anew for as long as each one brings something.

    Raises:
        ModelError: the hub stopped before the end; what came is kept, and the next call goes on from there.
        OSError: the file cannot be written.
    """
    with target.open("ab") as file:
        if file.tell() > offer.size:
            file.truncate(0)
        told(file.seek(0, 2))
        while (start := file.tell()) < offer.size:
            broken = _append_reply(offer, file, told)
            if file.tell() <= start:
                raise ModelError(f"the hub stopped after {file.tell()} of {offer.size} bytes: {broken}")
    if start > offer.size:
        target.unlink()
        raise ModelError(f"the hub sent more than the {offer.size} bytes it spoke of")


def _append_reply(offer: Offer, file: BinaryIO, told: Callable[[int], None]) -> str:
    """Append one reply of the hub, and say why it ended if it broke."""
    start = file.tell()
    headers = {**build_hf_headers(), "Accept-Encoding": "identity", "Range": f"bytes={start}-"}
    try:
        with get_session().stream("GET", offer.url, headers=headers, timeout=_READING) as response:
            response.raise_for_status()
            if response.status_code != httpx2.codes.PARTIAL_CONTENT:  # the whole file comes, from its beginning
                file.seek(0)
                file.truncate()
            for chunk in response.iter_raw():
                file.write(chunk)
                told(file.tell())
    except httpx2.HTTPError as error:
        return str(error)
    return "it ended early"
