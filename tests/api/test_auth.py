"""Keys, their entries, and what a request shows."""

from __future__ import annotations

import base64

import pytest

from rag.api.auth import Credentials, Keyring, Scope, credentials_of, new_key
from rag.errors import ConfigError


def test_a_new_key_is_let_in_by_its_entry_alone() -> None:
    """The entry finds the key, tells its name and scopes, and does not hold the secret."""
    secret, entry = new_key("ops", [Scope.WRITE, Scope.READ])
    other, _ = new_key("ops", [Scope.ADMIN])
    found = Keyring([entry]).find(secret)
    assert found is not None
    assert (found.name, found.scopes) == ("ops", {Scope.READ, Scope.WRITE})
    assert secret not in entry
    assert secret != other
    assert Keyring([entry]).find(other) is None
    assert Keyring([entry]).find(entry.rpartition(":")[2]) is None  # the hash is no key


@pytest.mark.parametrize(
    ("scopes", "may"),
    [
        ("read", {"read"}),
        ("write", {"write"}),
        ("read+write", {"read", "write"}),
        ("admin", {"read", "write", "admin"}),
    ],
)
def test_scopes_do_not_include_each_other_but_for_admin(scopes: str, may: set[str]) -> None:
    """A key that may write may not read, unless it says so."""
    secret, _ = new_key("k", [Scope.READ])
    digest = new_key("k", [Scope.READ])[1]
    found = Keyring([digest.replace(":read:", f":{scopes}:")])._keys[0]
    assert {scope.value for scope in Scope if found.may(scope)} == may
    assert secret.startswith("jushi_")


@pytest.mark.parametrize(
    "entry", ["", "ops", "ops:read", "ops:read:1234", "ops:all:" + "0" * 64, "o s:read:" + "0" * 64, "ops::" + "0" * 64]
)
def test_malformed_entries_are_named_by_their_place(entry: str) -> None:
    """The error says which entry it is and what one looks like, and shows none of it."""
    with pytest.raises(ConfigError, match=r"entry 2 .*expected name:scope"):
        Keyring([new_key("a", [Scope.READ])[1], entry])


def test_two_keys_of_one_name_are_refused() -> None:
    """Logs and limits tell keys apart by their names."""
    with pytest.raises(ConfigError, match="two keys of the name a"):
        Keyring([new_key("a", [Scope.READ])[1], new_key("a", [Scope.READ])[1]])


def test_names_that_cannot_stand_in_an_entry_are_refused() -> None:
    """A colon would end the name."""
    with pytest.raises(ConfigError, match="a:b"):
        new_key("a:b", [Scope.READ])


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None),
        ("", None),
        ("Bearer", None),
        ("Bearer abc", Credentials(secret="abc", ambient=False)),
        ("bearer  abc ", Credentials(secret="abc", ambient=False)),
        ("Basic " + base64.b64encode("我:a:b".encode()).decode(), Credentials(secret="a:b", ambient=True)),
        ("Basic %%%", None),
        ("Basic " + base64.b64encode(b"\xff\xfe").decode(), None),
        ("Digest abc", None),
    ],
)
def test_headers_are_read_as_they_are_sent(header: str | None, found: Credentials | None) -> None:
    """A bearer's token, or the password of a browser's own form, which it sends by itself from then on."""
    assert credentials_of(header) == found
