"""The originals behind citations, as the server gives them: each is fetched once."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from urllib.parse import quote

import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What `GET /v1/documents/{id}/source` says of an article, as far as measures need it."""

    name: str
    source: str


class Originals:
    """Originals by article and revision. Safe to use from several threads; two may fetch the same one."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._known: dict[tuple[str, str], Original | None] = {}
        self._lock = threading.Lock()

    def get(self, article: str, revision: str) -> Original | None:
        """The original, None where the server does not give it.

        Raises:
            httpx.HTTPError: the server cannot be reached.
        """
        key = (article, revision)
        with self._lock:
            if key in self._known:
                return self._known[key]
        found = self._fetch(article, revision)
        with self._lock:
            self._known[key] = found
        return found

    def _fetch(self, article: str, revision: str) -> Original | None:
        response = self._client.get(f"/v1/documents/{quote(article, safe='')}/source", params={"revision": revision})
        if response.status_code != httpx.codes.OK:
            return None
        body = response.json()
        return Original(name=str(body["name"]), source=str(body["source"]))
