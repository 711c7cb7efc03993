"""The page as files: complete, cached by what they hold, and under a policy that lets nothing else run."""

from __future__ import annotations

import re
from importlib.resources import files

import httpx
import pytest

_FOLDER = files("rag") / "page"
_NAMES = sorted(entry.name for entry in _FOLDER.iterdir() if entry.name.endswith((".js", ".css", ".svg")))
_POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'",
    "connect-src": "'self'", "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'", "trusted-types": "'none'",
}  # fmt: skip


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ["/", "/page/main.js", "/page/base.css"])
def test_everything_comes_with_a_strict_policy(http: httpx.Client, path: str) -> None:
    """Scripts and styles of our own files alone; no frames, no forms, no plug-ins, no markup out of strings."""
    headers = http.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy == _POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/page/main.js", "text/javascript; charset=utf-8"),
        ("/page/base.css", "text/css; charset=utf-8"),
        ("/page/icon.svg", "image/svg+xml"),
    ],
)
def test_files_are_asked_for_again_and_not_sent_again(http: httpx.Client, path: str, media: str) -> None:
    """The tag is that of the content; who has it gets 304 without a body, who has another the file."""
    first = http.get(path)
    assert (first.status_code, first.headers["content-type"]) == (200, media)
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    again = http.get(path, headers={"if-none-match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert http.get(path, headers={"if-none-match": '"other"'}).content == first.content


def test_every_file_of_the_page_is_served_as_it_stands(http: httpx.Client) -> None:
    """Scripts and styles are those of the package, byte for byte; templates and other names are not there."""
    assert len(_NAMES) > 20
    for name in _NAMES:
        assert http.get(f"/page/{name}").content == (_FOLDER / name).read_bytes()
    for name in ("index.html", "article.html", "nothing.js", "..%2fwiring.py"):
        assert http.get(f"/page/{name}").status_code == 404


def test_what_the_page_names_is_there(http: httpx.Client) -> None:
    """Every address in the page and every import of a module leads to a file; all modules are fetched at once."""
    page = http.get("/").text
    named = set(re.findall(r'(?:src|href)="(/[^"]*)"', page))
    assert {http.get(path).status_code for path in named} == {200}
    modules = {name for name in _NAMES if name.endswith(".js") and name != "early.js"}
    assert {f"/page/{name}" for name in modules} <= named
    imported = {found for name in modules for found in re.findall(r'from "\./([^"]+)"', _text(name))}
    assert imported | {"main.js"} == modules


def test_the_page_holds_no_script_or_style_of_its_own() -> None:
    """No inline script, style or listener in the markup, and no way from text to markup in the scripts."""
    index = _text("index.html")
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", index)
    for name in _NAMES:
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", _text(name)
        )


def test_both_languages_say_the_same_things() -> None:
    """Every word that one language has, the other has too, with the same places to fill; every word used is there."""
    entry = re.compile(r'^  (?:"([^"]+)"|(\w+)):\s+"((?:[^"\\]|\\.)*)",$', re.MULTILINE)
    words = {
        language: {quoted or bare: value for quoted, bare, value in entry.findall(_text(f"words.{language}.js"))}
        for language in ("zh", "en")
    }
    assert words["zh"].keys() == words["en"].keys()
    places = {
        language: {key: set(re.findall(r"\{\w+\}", value)) for key, value in found.items()}
        for language, found in words.items()
    }
    assert places["zh"] == places["en"]
    used = {key for name in _NAMES for key in re.findall(r'\bt\("([^"]+)"', _text(name))}
    assert used
    assert used <= words["zh"].keys()
