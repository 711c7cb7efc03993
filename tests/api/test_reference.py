"""The API's documentation as files: complete, from this server alone, under a policy that allows nothing else."""

from __future__ import annotations

import re

import httpx
import pytest

_POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
    "connect-src": "'self'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
}  # fmt: skip


@pytest.mark.parametrize("path", ["/docs", "/docs/start.js", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js"])
def test_every_part_comes_with_a_strict_policy(http: httpx.Client, path: str) -> None:
    """Scripts and styles of this server, none inline; who has a file already is not sent it again."""
    response = http.get(path)
    policy = dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
    assert (response.status_code, policy) == (200, _POLICY)
    assert http.get(path, headers={"if-none-match": response.headers["etag"]}).status_code == 304


def test_the_page_names_files_of_this_server_only(http: httpx.Client) -> None:
    """Every address in it is a path, every path is there, and no script or style stands in the page itself."""
    page = http.get("/docs").text
    named = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(named) == 4
    for path in named:
        assert path.startswith("/")
        assert http.get(path).status_code == 200
    assert re.findall(r"<(?:script|style)[^>]*>[^<]", page) == []
    assert "://" not in page


@pytest.mark.parametrize("path", ["/redoc", "/docs/oauth2-redirect", "/docs/favicon.png", "/docs/..%2fcore.py"])
def test_nothing_else_is_there(http: httpx.Client, path: str) -> None:
    """The framework's own pages, which load from elsewhere, are off; no other file of the package can be had."""
    assert http.get(path).status_code == 404
