"""Files that browsers get: kept in memory, asked for again each time, sent again only when they changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import Header
from fastapi.responses import Response

MEDIA = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-cache",  # kept, but asked for again each time: then the answer is a bodiless 304
}

IfNoneMatch = Annotated[str, Header()]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """A file, its media type, and a tag that tells its content."""

    body: bytes
    media: str
    etag: str

    @classmethod
    def of(cls, name: str, body: bytes) -> Self:
        """A file whose kind its name tells.

        Raises:
            KeyError: there is no such kind.
        """
        etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        return cls(body=body, media=MEDIA[name.rpartition(".")[2]], etag=etag)

    def sent(self, if_none_match: str, *, policy: str) -> Response:
        """The response under that Content-Security-Policy; without a body for who has the file already."""
        headers = {**_HEADERS, "content-security-policy": policy, "etag": self.etag}
        known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        if self.etag in known or "*" in known:
            return Response(status_code=304, headers=headers)
        return Response(self.body, media_type=self.media, headers=headers)
