"""The address of a language model's server."""

from __future__ import annotations

import pytest

from rag.errors import ConfigError
from rag.llm.address import read_address


@pytest.mark.parametrize(
    ("written", "url", "shown", "is_here"),
    [
        ("http://localhost:8080", "http://localhost:8080/v1", "http://localhost:8080/v1", True),
        ("https://api.example.cn/v1/", "https://api.example.cn/v1", "https://api.example.cn/v1", False),
        ("https://h.cn/api/v3/chat/completions", "https://h.cn/api/v3", "https://h.cn/api/v3", False),
        (" http://u:geheim@[::1]:9/x?k=geheim", "http://u:geheim@[::1]:9/x?k=geheim", "http://[::1]:9/x", True),
    ],
)
def test_the_address_may_be_written_in_several_ways(written: str, url: str, shown: str, is_here: bool) -> None:  # noqa: FBT001 - a row of the table
    """With or without a path, an endpoint or a password, the right address is asked and shown."""
    address = read_address(written)
    assert (address.url, address.shown, address.is_here) == (url, shown, is_here)


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://host/v1", "http://host:port/v1", "http:///v1", ""])
def test_what_is_no_address_is_refused(address: str) -> None:
    """An address that cannot work is told."""
    with pytest.raises(ConfigError, match="the address of the language model server"):
        read_address(address)
