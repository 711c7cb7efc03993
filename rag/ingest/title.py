"""The headline of a page, and the line it stands on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.ingest import bylines, roles
from rag.ingest.features import Feature, bigrams
from rag.ingest.layout import Layout
from rag.ingest.region import Region

_SHORTEST = 4
_LONGEST = 80
_SITE_DIVIDER = re.compile(r"\s*(?:[_|｜]|-{1,2}|–|—{1,2}|›|»|<)\s*|\s{1,}(?=\S{2,16}$)")
_SPOKEN = re.compile("[问答問QA][：:]")  # a question or an answer of an interview
_LABELLED = re.compile("[^：:]{1,6}[：:]")
_SQUEEZE = re.compile(r"[\W_]+")
_TOLD = ("og:title", "ld:headline", "headline", "twitter:title", "articletitle", "dc.title")
_SITE_END = re.compile(r"(?:网站?|门户|首页|主页|频道)[\s:：]*$")
_LONGEST_LABEL = 3
_NEAR = 20  # lines above a story in which its headline stands
_SURE_LENGTH = 10  # from which a line right above a story is its headline, whatever it speaks of
_ABOUT_BODY = 0.3  # share of a headline's bigrams that the story repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """The headline as the page shows it; `site` is what the `title` element says behind it, mostly the site's name."""

    text: str
    line: int | None = None
    site: str = ""


def find_title(layout: Layout, rows: Sequence[Feature], region: Region, given: str = "") -> Title:
    """The headline: what is given, else the visible line that the head repeats, else the first heading or like line."""
    whole = layout.head.get("title", "")
    told = given or next((layout.head[name] for name in _TOLD if layout.head.get(name)), "")
    line = _visible(rows, [text for text in (told, whole) if text])
    if line is None and whole:
        line = next(
            (at for at, row in enumerate(rows) if _may_be_title(row) and row.text == _without_site(whole)), None
        )
    if line is None and layout.boxes:
        line = next((at for at, row in enumerate(rows) if row.line.heading == 1 and _may_be_title(row)), None)
        if line is not None and (told or whole) and not _alike(rows[line].text, told or whole):
            line = None
    if line is None and not told and _is_no_headline(whole, rows, region):
        line = _above_story(rows, region)
    text = given or (_shown(rows[line].text, told) if line is not None else told or _without_site(whole))
    return Title(text=text, line=line, site=_site(whole, text))


def _shown(line: str, told: str) -> str:
    """The line of the headline, without a label of few characters (`原创`) that the page shows behind it."""
    return told if told and line.startswith(told) and len(line) - len(told) <= _LONGEST_LABEL else line


def _is_no_headline(whole: str, rows: Sequence[Feature], region: Region) -> bool:
    """True for a `title` element that only names the site or the kind of page: no line of the page says the like."""
    if len(_SQUEEZE.sub("", whole)) < _SURE_LENGTH or _SITE_END.search(_without_site(whole)):
        return True
    if _without_site(whole) != whole.strip():
        return False
    body = bigrams("".join(rows[at].text for at in region.lines if rows[at].is_prose)[:5000])
    own = bigrams(_without_site(whole))
    return len(own & body) < _ABOUT_BODY * len(own)


def _visible(rows: Sequence[Feature], told: Sequence[str]) -> int | None:
    """The line that says what the head says: a heading before other lines, then the longest, then the first."""
    best: tuple[tuple[int, int, int], int] | None = None
    for at, row in enumerate(rows):
        if not _may_be_title(row) or not any(_says(row.text, text) for text in told):
            continue
        rank = (_squeezed_length(row.text), int(0 < row.line.heading <= 3), -at)
        if best is None or rank > best[0]:
            best = rank, at
    return best[1] if best else None


def _may_be_title(row: Feature) -> bool:
    is_cells = " | " in row.text and "td" in row.line.tags
    fits = _SHORTEST <= row.size <= _LONGEST and row.link_share < 0.5
    return fits and not is_cells and not bylines.is_strong_credit(row.key)


def _says(line: str, told: str) -> bool:
    """True when a line is the greater part of what the head says, or the head's text a cut version of the line."""
    a, b = _SQUEEZE.sub("", line), _SQUEEZE.sub("", told)
    if not a or not b:
        return False
    if a in b:
        return len(a) * 3 >= len(b)
    return b in a and len(b) * 2 >= len(a)


def _squeezed_length(text: str) -> int:
    return len(_SQUEEZE.sub("", text))


def _alike(a: str, b: str) -> bool:
    left, right = bigrams(a), bigrams(b)
    return bool(left and right) and len(left & right) * 2 >= min(len(left), len(right))


def _above_story(rows: Sequence[Feature], region: Region) -> int | None:
    """Without a head: the last line above the story that reads like a headline and speaks of the same things."""
    lines = region.lines
    if region.has_boxes:
        top = next((at for at in lines if rows[at].is_prose), 0)
        lines = [*(at for at in range(max(0, top - _NEAR), top) if not rows[at].link_share), *lines]
        lines = sorted(set(lines))
    first = next((at for at in lines if rows[at].is_prose and not _may_be_headline(rows, lines, at)), None)
    if first is None:
        return next((at for at in lines if rows[at].line.heading == 1), None)
    body = bigrams("".join(rows[at].text for at in lines if at >= first and rows[at].is_prose)[:5000])
    dated = _above_dateline(rows, [at for at in lines if at < first], body)
    if dated is not None:
        return dated
    best: tuple[float, int] | None = None
    for at in lines:
        row = rows[at]
        if at >= first or not _may_be_headline(rows, lines, at):
            continue
        own = bigrams(row.text)
        if row.line.heading == 1:
            return at
        shared = len(own & body) / len(own) if own else 0.0
        weight = shared * len(own & body)  # a long headline repeats less of itself than a short label does
        if (shared >= _ABOUT_BODY or row.line.heading) and (best is None or weight > best[0]):
            best = weight, at
    if best:
        return best[1]
    near = [at for at in lines if at < first and _may_be_headline(rows, lines, at)]
    near = [at for at in near if rows[at].size >= _SURE_LENGTH and not _LABELLED.match(rows[at].text)]
    return near[-1] if near else None


def _above_dateline(rows: Sequence[Feature], above: Sequence[int], body: frozenset[str]) -> int | None:
    """The headline above the dateline: of the two lines there, one may name the outlet, the one that says more of it.

    `body` holds the bigrams of the story.
    """
    dated = next((at for at in reversed(above) if _is_dateline(rows[at])), None)
    if dated is None:
        return None
    before = [at for at in above if at < dated and not rows[at].is_empty][-2:]
    likely = [at for at in reversed(before) if _may_be_headline(rows, above, at, below=False)]
    best = max(likely, key=lambda at: len(bigrams(rows[at].text) & body), default=None)
    if best is None or not bigrams(rows[best].text) & body:
        return next((at for at in likely if rows[at].size >= _SURE_LENGTH), None)
    return best


def _is_dateline(row: Feature) -> bool:
    if row.ends or row.size > _LONGEST:
        return False
    return bylines.is_dateline(row.key) or (bool(bylines.DATE_TIME.search(row.key)) and bylines.is_credit(row.key))


def _may_be_headline(rows: Sequence[Feature], lines: Sequence[int], at: int, *, below: bool = True) -> bool:
    row = rows[at]
    if not _may_be_title(row) or row.text.endswith(("。", "；", "，", "：", ";", ",", ":")) or row.is_row or row.bullet:
        return False
    tests = (roles.is_navigation, bylines.is_credit, roles.is_breadcrumb, bylines.is_dateline, roles.is_share)
    if row.is_empty or any(test(row.key) for test in tests):
        return False
    if _SPOKEN.match(row.text) or sum(map(str.isalpha, row.text)) < _SHORTEST:
        return False
    return row.size <= 60 and (not below or any(rows[later].is_prose for later in lines if at < later <= at + 40))


def _without_site(whole: str) -> str:
    """A `title` element's text without the site's name behind it."""
    parts = _SITE_DIVIDER.split(whole)
    return parts[0].strip() if len(parts) > 1 and len(parts[0]) >= _SHORTEST else whole.strip()


def _site(whole: str, title: str) -> str:
    """The last part of a `title` element behind the headline, empty where there is none."""
    squeezed = _SQUEEZE.sub("", title)
    parts = [part.strip() for part in _SITE_DIVIDER.split(whole) if part.strip()]
    rest = [part for part in parts[1:] if _SQUEEZE.sub("", part) not in squeezed and len(part) <= 30]
    han = [part for part in rest if re.search("[\u4e00-\u9fff]", part)]
    return (han or rest or [""])[-1]
