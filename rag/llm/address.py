"""The address of a language model's server, as people write it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from rag.errors import ConfigError

_ENDPOINT = "/chat/completions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where requests go. `shown` is the same without a user's name and password; `is_here`: on this machine."""

    url: str
    shown: str
    is_here: bool


def read_address(base_url: str) -> Address:
    """The address in `base_url`: "/v1" is added when there is no path, an endpoint's own name is taken off.

    Raises:
        ConfigError: it is no http or https address.
    """
    try:
        parts = urlsplit(base_url.strip())
        port = parts.port
    except ValueError as error:
        raise ConfigError(
            f"the address of the language model server is not a URL: {error}", field="llm_base_url"
        ) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(
            f"the address of the language model server must begin with http:// or https://, not {parts.scheme!r}",
            field="llm_base_url",
        )
    path = parts.path.rstrip("/").removesuffix(_ENDPOINT) or "/v1"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = host if port is None else f"{host}:{port}"
    shown = SplitResult(parts.scheme, place, path, "", "")
    return Address(
        url=shown._replace(netloc=parts.netloc, query=parts.query).geturl(),
        shown=shown.geturl(),
        is_here=_is_here(parts.hostname),
    )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
