"""`jushi key new`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rag.api.auth import Keyring, Scope


def test_a_key_is_shown_once_with_the_line_for_the_settings(jushi: Callable[..., Any]) -> None:
    """The printed entry lets the printed key in, with the scopes that were asked for; read where none were."""
    made = jushi("key", "new", "web", "--scope", "read", "--scope", "write", "--json").json
    found = Keyring([made["entry"]]).find(made["key"])
    assert found is not None
    assert (found.name, found.scopes) == ("web", {Scope.READ, Scope.WRITE})
    plain = jushi("key", "new", "web")
    assert ":read:" in plain.out
    assert "shown this once" in plain.err


def test_a_name_that_cannot_stand_in_an_entry_is_a_usage_error(jushi: Callable[..., Any]) -> None:
    """Exit code 2, and the name in the message."""
    done = jushi("key", "new", "a:b", "--json")
    assert (done.code, "a:b" in done.json["error"]["message"]) == (2, True)


def test_a_malformed_entry_stops_the_server_before_it_listens(jushi: Callable[..., Any]) -> None:
    """Its place is named, its content is not."""
    done = jushi("serve", "--port", "0", JUSHI_API_KEYS="ops:root:secretsecret")
    assert done.code == 2
    assert "entry 1" in done.err
    assert "secretsecret" not in done.err


def test_an_open_address_without_keys_stops_the_server(jushi: Callable[..., Any]) -> None:
    """The message says the three ways out."""
    done = jushi("serve", "--host", "0.0.0.0", "--port", "0")
    assert done.code == 2
    assert all(way in done.err for way in ("jushi key new", "127.0.0.1", "JUSHI_ALLOW_OPEN"))
