"""What a page says about itself: `meta` elements, JSON-LD, canonical address, language, dated elements."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

_NAMES = ("property", "name", "itemprop", "http-equiv")
_LONGEST = 2000  # characters of one value; anything longer is not metadata
_LINKED_DATA = {
    "headline": "ld:headline",
    "datepublished": "ld:datepublished",
    "datecreated": "ld:datecreated",
    "pubdate": "ld:datepublished",
    "author": "ld:author",
    "publisher": "ld:publisher",
    "inlanguage": "ld:inlanguage",
}


class Head:
    """Collects metadata while a page is read; the first value of a name counts."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def add(self, name: str, value: str) -> None:
        """Note a value under its name in lower case and without white space, if it says anything."""
        key, text = "".join(name.lower().split()), " ".join(value.split())
        if key and text and len(text) <= _LONGEST:
            self.values.setdefault(key, text)

    def element(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take what the attributes of one element say."""
        if tag == "meta":
            name = next((attributes[key] for key in _NAMES if attributes.get(key)), "")
            self.add(name, attributes.get("content", ""))
        elif tag == "link" and "canonical" in attributes.get("rel", "").lower().split():
            self.add("canonical", attributes.get("href", ""))
        elif tag == "html":
            self.add("lang", attributes.get("lang", ""))
        elif tag == "time":
            self.add("time", attributes.get("datetime", ""))
        elif attributes.get("itemprop") and attributes.get("content"):
            self.add(attributes["itemprop"], attributes["content"])

    def linked_data(self, script: str) -> None:
        """Take what a JSON-LD script says about the article; broken JSON says nothing."""
        try:
            data = json.loads(re.sub(r"[\x00-\x1f]", " ", script), strict=False)
        except (ValueError, RecursionError):
            return
        for item in _objects(data):
            for name, value in item.items():
                key = _LINKED_DATA.get(name.lower())
                if key:
                    self.add(key, _name(value))


def _objects(data: object) -> Iterator[Mapping[str, object]]:
    """The objects of a JSON-LD script that describe a page or an article, outermost first."""
    if isinstance(data, list):
        for item in data:
            yield from _objects(item)
    elif isinstance(data, dict):
        kind = str(data.get("@type", ""))
        if not kind or re.search("Article|News|Post|Page|Report", kind):
            yield data
        graph = data.get("@graph")
        if graph is not None:
            yield from _objects(graph)


def _name(value: object) -> str:
    """The words in a JSON-LD value: a text, the name of a thing, or the names of several."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return _name(value.get("name", ""))
    if isinstance(value, list):
        return "、".join(filter(None, map(_name, value)))
    return ""
