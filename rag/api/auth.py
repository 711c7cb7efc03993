"""Keys: made once, kept as hashes, compared in constant time.

An entry of the setting `api_keys` is `name:scope[+scope…]:digest`, where the digest is the SHA-256 of the key in
hexadecimal. A key has 256 random bits, so a plain hash is as good as a slow one: there is nothing to guess.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.errors import ConfigError

_ENTRY = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,64}):(?P<scopes>[a-z+]+):(?P<digest>[0-9a-f]{64})")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PREFIX = "jushi_"  # by which scanners of code and logs recognise a key that leaked
_BYTES = 32


class Scope(StrEnum):
    """What a key may do. `admin` may do everything; `read` and `write` do not include each other."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key, without its secret."""

    name: str
    scopes: frozenset[Scope]
    digest: bytes

    def may(self, scope: Scope) -> bool:
        """Whether this key reaches so far."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a request shows. `ambient`: a browser sends it by itself, also for another site's page."""

    secret: str
    ambient: bool


class Keyring:
    """The keys of a server; none of them means that no key is asked for.

    Raises:
        ConfigError: an entry is malformed, or a name stands twice.
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._keys = tuple(_key_of(number, entry) for number, entry in enumerate(entries, start=1))
        names = [key.name for key in self._keys]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ConfigError(f"setting api_keys has two keys of the name {twice}; expected different names")

    def __bool__(self) -> bool:
        return bool(self._keys)

    def find(self, secret: str) -> Key | None:
        """The key of this secret. Takes as long for a wrong one as for a right one."""
        digest = _digest(secret)
        found = None
        for key in self._keys:
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found


def new_key(name: str, scopes: Sequence[Scope]) -> tuple[str, str]:
    """A new secret, and the entry of `api_keys` that lets it in.

    Raises:
        ConfigError: the name cannot stand in an entry.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"the name of a key is {name!r}; expected 1 to 64 letters, digits, or any of . _ -", field="name"
        )
    secret = _PREFIX + secrets.token_urlsafe(_BYTES)
    return secret, f"{name}:{'+'.join(sorted(set(scopes)))}:{_digest(secret).hex()}"


def credentials_of(header: str | None) -> Credentials | None:
    """The key that an Authorization header shows: a bearer's token, or the password of a browser's own form."""
    kind, _, value = (header or "").strip().partition(" ")
    value = value.strip()
    if not value:
        return None
    if kind.lower() == "bearer":
        return Credentials(secret=value, ambient=False)
    if kind.lower() == "basic":
        try:
            text = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return Credentials(secret=text.partition(":")[2], ambient=True)
    return None


def _key_of(number: int, entry: str) -> Key:
    match = _ENTRY.fullmatch(entry)
    scopes = (match["scopes"] if match else "").split("+")
    if match is None or not set(scopes) <= set(Scope):
        name = entry.partition(":")[0] if match else ""
        shown = f" ({name})" if name else ""
        raise ConfigError(
            f"setting api_keys: entry {number}{shown} is malformed; expected name:scope[+scope]:sha256 with scopes of "
            f"{', '.join(Scope)}, as jushi key new prints it",
            field="api_keys",
        )
    return Key(name=match["name"], scopes=frozenset(map(Scope, scopes)), digest=bytes.fromhex(match["digest"]))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
