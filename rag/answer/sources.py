"""The sources of an answer as Markdown, for clients that show nothing but the content of a message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from rag.answer.present import clean_for_terminal
from rag.answer.wire import link, snippet, title_of
from rag.text.script import language
from rag.types import Answer, Citation

_HEADINGS = {"zh-Hant": "來源", "ja": "出典", "en": "Sources"}
_HEADING = "来源"
_QUOTE = 300  # code points
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ACTIVE = re.compile(r"[\\`*_\[\]()~$|!]")
_FIRST = re.compile(r"[#+=:-]|\d{1,9}(?=\.)")  # what opens a heading, a rule or a list
_SELF_LINKING = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)
_WORD_JOINER = "\u2060"  # shows as nothing, and keeps what looks like an address from becoming a link
_IN_ADDRESSES = "%/:=&?~#+!$,;'@*[]"  # parentheses are not among them: they would end the link


def sources_markdown(answer: Answer, question: str, base: str) -> str:
    """What follows the words of an answer: a heading in the language of `question`, then each article with its quotes.

    Empty where nothing is cited. Titles, names and quotes are shown as the text they are: no link, no markup.
    """
    if not answer.citations:
        return ""
    by_number: dict[int, list[Citation]] = {}
    for citation in answer.citations:
        by_number.setdefault(citation.number, []).append(citation)
    lines = [f"**{_HEADINGS.get(language(question), _HEADING)}**"]
    for number in sorted(by_number):
        lines += _entry(number, by_number[number], base)
    return "\n\n" + "\n".join(lines)


def escape_markdown(text: str) -> str:
    """`text` on one line so that Markdown shows just that: no links, HTML, emphasis or lists come of it."""
    line = " ".join(clean_for_terminal(text).split())
    escaped = _ACTIVE.sub(r"\\\g<0>", line.translate(_ENTITIES))
    if (found := _FIRST.match(escaped)) is not None:
        digits = found.end() if found.group().isdigit() else 0
        escaped = f"{escaped[:digits]}\\{escaped[digits:]}"
    return _SELF_LINKING.sub(_WORD_JOINER, escaped)


def _entry(number: int, citations: list[Citation], base: str) -> Iterator[str]:
    first = citations[0]
    address = quote(link(first.url, first.article_id, base), safe=_IN_ADDRESSES)
    byline = ", ".join(escape_markdown(part) for part in (first.publisher, first.published_at) if part)
    yield f"{number}. [{escape_markdown(title_of(first, base))}]({address})" + (f" — {byline}" if byline else "")
    indent = " " * len(f"{number}. ")
    yield from _quotes(dict.fromkeys(citation.quote for citation in citations), indent)


def _quotes(quotes: Iterable[str], indent: str) -> Iterator[str]:
    for index, words in enumerate(quotes):
        if index:
            yield f"{indent}>"
        yield f"{indent}> {escape_markdown(snippet(words, _QUOTE))}"
