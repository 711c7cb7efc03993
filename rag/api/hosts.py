"""Where a server without keys may be reached: from this machine, by its own name."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from rag.config import Settings
from rag.errors import ConfigError, ForbiddenError


def require_guarded(settings: Settings, address: str) -> None:
    """Refuse to listen where others reach a server that asks for no key.

    Args:
        settings: those of the server.
        address: the IP address that it is bound to.

    Raises:
        ConfigError: it is not a loopback address, there are no keys, and `allow_open` is not set.
    """
    if settings.api_keys or settings.allow_open or _is_loopback(address):
        return
    raise ConfigError(
        f"{settings.host} can be reached from other machines, and no keys are set: make one with jushi key new, listen "
        "on 127.0.0.1, or set JUSHI_ALLOW_OPEN=true (--allow-open) where something before this server asks for keys",
        field="host",
    )


def require_known_name(host: str, others: Collection[str] = ()) -> None:
    """Refuse a Host header that names another machine: a page may have led its own name to this address.

    Raises:
        ForbiddenError: it is neither empty, nor a loopback name, nor one of `others`.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        name = "?"
    known = not name or name == "localhost" or name.endswith(".localhost") or name in others or _is_loopback(name)
    if not known:
        raise ForbiddenError(
            "this server asks for no key and answers to loopback names only, such as localhost; set keys, or "
            "name it in JUSHI_ALLOWED_HOSTS, to serve it by another name"
        )


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
