"""Who published a page, who wrote and edited it, and when: from its head, its dateline and its bylines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.ingest import bylines, roles
from rag.ingest.features import Feature
from rag.ingest.layout import Layout
from rag.ingest.roles import Reason
from rag.ingest.title import Title
from rag.text.script import language

_HEAD_DATES = (
    "article:published_time",
    "ld:datepublished",
    "datepublished",
    "og:published_time",
    "og:release_date",
    "publishdate",
    "publish_date",
    "publish-date",
    "pubdate",
    "publishtime",
    "publish_time",
    "_pubtime",
    "apub:time",
    "og:time",
    "weibo:article:create_at",
    "bytedance:published_time",
    "dc.date",
    "dc.date.issued",
    "firstpublishedtime",
    "createdate",
    "date",
    "time",
    "ld:datecreated",
    "dateupdate",
    "datemodified",
    "article:modified_time",
)
_HEAD_PUBLISHERS = (
    "contentsource",
    "source",
    "mediaid",
    "ld:publisher",
    "publisher",
    "article:publisher",
    "og:site_name",
    "sitename",
)
_HEAD_AUTHORS = (
    "article:author",
    "og:article:author",
    "ld:author",
    "author",
    "byl",
    "dc.creator",
    "weibo:article:author",
)
_URLS = ("canonical", "og:url", "ld:url")
_URL_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/_]?(0[1-9]|1[0-2])[-/_]?(0[1-9]|[12]\d|3[01])(?!\d)")
_SEARCHED = 1000  # characters from the beginning of a line; the time that patterns take grows with the square
_SHORT = 60  # characters of a line that may be nothing but credits
_HEAD = 40  # characters of the story in which a dateline begins
_IN_TEXT = re.compile(
    r"(?:(?:19|20)\d\d年)?\d{1,2}月\d{1,2}日|(?:19|20)\d\d-\d{1,2}-\d{1,2}|昨[日天]|今[日天]|前[日天]"
)
_LOOSE_TIME = re.compile(r"(?:(?:\d{2}|\d{4})[-/.年])?\d{1,2}[-/.月]\d{1,2}日?\s?\d{1,2}:\d{2}(?::\d{2})?")
_TOOLS = "举报|分享|收藏|打印|评论|阅读|浏览|点击|关注|订阅|投诉|听报道"
_END = (
    rf"(?=\s*(?:大字体|小字体|字体|字号)|\s+(?:{_TOOLS})|\s*(?:{bylines.EDITORS}|{bylines.WRITERS}|{bylines.SOURCES}|{bylines.TIMES}|{bylines.COUNTS})\s?[:/]"
    r"|\s{2,}|[|)\]】>]|\s*(?:发于|发自|发布|摄于)|\s*\d{4}[-年/.]|$)"
)
_SOURCE = re.compile(
    rf"(?<!图片)(?<!图)(?<!视频)(?:{bylines.SOURCES})(?:\s?[:|]\s*|于\s?[:]?\s*)([^\s:|。,，](?:[^:|。!?]{{0,28}}?[^\s:|。])??){_END}"
)
_TIME_ROLE = re.compile(rf"(?:{bylines.TIMES})\s?[:|]|(?:发布|更新|发表|编辑|修改)于")
_PLACE = re.compile(
    r"\s?[·・]\s?(?:ip属地)?(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川"
    r"|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)$"
)
_WRITER = re.compile(
    rf"(?:(?:文\s?/\s?图|图\s?/\s?文|图文|文图)\s?[:/]?\s?"
    rf"|(?:(?<![\u4e00-\u9fff])(?:{bylines.WRITERS})|记者|通讯员|作者|撰稿)\s?[:/|]\s*)"
    rf"([^:/|。!?]{{1,38}}?[^\s:/|。]?){_END}"
)
_EDITOR_ROLES = bylines.spaced("责任编辑 本文责编 责编 网络编辑 值班编辑 编辑")
_EDITOR = re.compile(rf"(?:{_EDITOR_ROLES})\s?[:/|]\s*([^\s:/|。,!?][^:/|。,!?]{{0,18}}?)(?:(?=,)|{_END})")
_SPACED_EDITOR = re.compile(rf"^\s*(?:{_EDITOR_ROLES})(?:\s+|\s?丨\s?)({bylines.PEOPLE})")
_BYLINE = re.compile(
    rf"(?:记者|通讯员|作者|实习生|撰稿人?)(?:\s?[:/]\s?|\s*)({bylines.PEOPLE}|[A-Za-z][A-Za-z .]{{2,20}})"
)
_SPACED_WRITER = re.compile(rf"[(\[【〔]\s?(?:作者|记者|通讯员|撰文|文)\s+({bylines.PEOPLE})(?=[\s)\]】〕])")
_OUTLET_OF_WRITER = re.compile(
    rf"\s*[(]?({bylines.OUTLET.pattern})(?:首席|见习|实习"
    rf"|特约)?记者\s?[:/]?\s?{bylines.PEOPLE}[)]?\s*"
)
_WIRE = re.compile(
    rf"\s*[(【\[]?({bylines.OUTLET.pattern})(?:[)】\]]|记者|e公司)?(?:讯"
    rf"|[\u4e00-\u9fff]{{0,8}}\d{{1,2}}月\d{{1,2}}日[电讯])"
)
_REPORTER = re.compile(r"\S{0,12}(?:记者|通讯员)\s")
_LED_BYLINE = re.compile(
    rf"[^。]{{0,24}}?[(\[【〔][^()\[\]【】〔〕。,]{{0,16}}?(?:记者|通讯员)\s?"
    rf"(?:({bylines.PEOPLE})(?=\s?[/╱)\]】〕]|\s+(?:记者|通讯员|实习生|摄影))|([\u4e00-\u9fff]{{3}}|[\u4e00-\u9fff]{{2}})(?=[\u4e00-\u9fff]{{2,3}}\d{{1,2}}日))"
)
_INLINE_BYLINE = re.compile(
    rf"(?:讯|电|报道)\s?[(]\s?[^()]{{0,10}}?(?:记者|通讯员)\s?:?\s?({bylines.PEOPLE})[^()]{{0,20}}[)]"
)
_UNDATED = re.compile(
    rf"[\d.]+\s?[万w]?\+?\s?次?(?:阅读|浏览|评论|点击|播放)|星期[一二三四五六日天]|{bylines.DATE_TIME.pattern}|{_LOOSE_TIME.pattern}|\d{{1,2}}:\d{{2}}(?::\d{{2}})?"
)
_ACCOUNT = re.compile(r"[\w·《》]{2,16}")
_HAN_ACCOUNT = re.compile(r"[\w·]{0,8}[\u4e00-\u9fff][\w·]{1,11}")
_SOURCE_MARKS = re.compile(r"author|source|media|account|origin|publish|column|name")
_OWNER = re.compile(
    r"(?:^|[\s@©>])([\u4e00-\u9fff]{2,12}?)(?:网站)?(?:免责声明|版权声明|版权所有|独家)|版权(?:所有"
    r"|归)\s?[::©@]?\s?([\u4e00-\u9fff]{2,16})"
)
_PLACEHOLDER = re.compile(
    r"(?:未知|不详|佚名|无|匿名|暂无|本[站网报刊台](?:原创)?|原创|转载|网络|互联网|网友)|[\w.+-]+@[\w-]+\.\w+|\d+"
    r"|name|视觉中国|图虫.*|据.*|.{2,}(?:整理|综合|改编)"
    r"|author|\w*admin\w*|editor|null|undefined|none|-+|https?:.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCandidate:
    """Words that may say when the page came out. `origin`: "metadata", "dateline", "url" or "text"."""

    text: str
    origin: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What the page says about itself; empty where it says nothing. `published` is in order of trust."""

    publisher: str = ""
    author: str = ""
    editor: str = ""
    published: tuple[DateCandidate, ...] = ()
    language: str = "und"
    url: str = ""


def read_metadata(layout: Layout, rows: Sequence[Feature], reasons: Mapping[int, Reason], title: Title) -> Metadata:
    """Metadata of a page whose lines have been sorted into story and the rest (`reasons`, by line number)."""
    live = [at for at in range(len(rows)) if at not in reasons and at != title.line]
    near = _near_story(rows, reasons, live, title)
    near = [at for at in near if reasons.get(at) is not Reason.BREADCRUMB]
    told = [at for at in near if reasons.get(at) is not Reason.CAPTION]
    seen = [at for at in near if reasons.get(at) is Reason.CAPTION]
    above = [at for at in near if not live or at < live[0]]
    publisher = _publisher(layout, rows, told, live, title)
    author = _author(layout.head, rows, told, live, title, seen)
    return Metadata(
        publisher=publisher,
        author=author if author != publisher else "",
        editor=_first(_EDITOR, rows, near) or _first(_SPACED_EDITOR, rows, near),
        published=tuple(dict.fromkeys(_dates(layout.head, rows, near, above, live))),
        language=language("".join(rows[at].text for at in live)[:4000] or title.text),
        url=next((layout.head[name] for name in _URLS if layout.head.get(name)), ""),
    )


def _near_story(rows: Sequence[Feature], reasons: Mapping[int, Reason], live: Sequence[int], title: Title) -> list[int]:
    """Lines where credits stand: between headline and story, then the story's own, then those just behind it."""
    first, last = (live[0], live[-1]) if live else (0, len(rows) - 1)
    start = min(title.line, first) if title.line is not None and title.line < last else max(0, first - 12)
    around = [*range(max(0, start - 6), start), *range(last + 1, min(len(rows), last + 16))]
    others = {Reason.COMMENT, Reason.RELATED, Reason.LINK_LIST, Reason.DUPLICATE}
    lines = [*range(start, first), *(at for at in range(first, last + 1) if at in reasons)]
    lines += [at for at in around if reasons.get(at) not in others]
    return [at for at in lines if _may_name(rows[at]) and not rows[at].is_empty]


def _may_name(row: Feature) -> bool:
    """Short enough to name source, writer or date; blanks count in part, since patterns look for ends among them."""
    return row.size <= 200 and len(row.text) <= 400


def _publisher(layout: Layout, rows: Sequence[Feature], near: Sequence[int], live: Sequence[int], title: Title) -> str:
    """The source that the page names, else its head's publisher, else an outlet below the headline, else the site."""
    found = _first(_SOURCE, rows, near)
    if found:
        return found
    for name in _HEAD_PUBLISHERS:
        value = re.sub(rf"^(?:{bylines.SOURCES})\s?[:：]?\s*", "", layout.head.get(name, ""))
        if _is_name(value):
            return value
    account = ""
    for at in near:
        if (title.line is not None and at <= title.line) or (live and at > live[0]):
            continue
        text = _UNDATED.sub("", rows[at].text).strip(" ·・|-—\u3000\u00a0")
        slashed = bylines.SLASHED.fullmatch(text)
        if slashed:
            return slashed[2]
        marked = any(_SOURCE_MARKS.search(layout.boxes[box].marks) for box in layout.around(at)[:2])
        if layout.boxes and bylines.DATE_TIME.search(rows[at].key) and _HAN_ACCOUNT.fullmatch(text):
            account = account or text
        if bylines.OUTLET.fullmatch(text) or (marked and _ACCOUNT.fullmatch(text)):
            return text
    told = _first(_OUTLET_OF_WRITER, rows, near) or _first(_WIRE, rows, live[:1])
    return told or title.site or account or _owner(rows)


def _owner(rows: Sequence[Feature]) -> str:
    """Who claims the rights in the page."""
    for row in reversed(rows):
        found = _OWNER.search(row.key) if roles.has_copyright(row.key) and _may_name(row) else None
        if found:
            group = 1 if found[1] else 2
            return row.text[found.start(group) : found.end(group)]
    return ""


def _author(
    head: Mapping[str, str],
    rows: Sequence[Feature],
    near: Sequence[int],
    live: Sequence[int],
    title: Title,
    captions: Sequence[int],
) -> str:
    """Who the credits, the byline, a caption or the head name; the head's author is none where it is the site."""
    for at in [*near, *live[:2], *live[-2:], *captions]:
        if at == title.line:
            continue
        row = rows[at]
        slashed = bylines.SLASHED.fullmatch(row.text)
        if slashed and at in near[:8]:
            return slashed[1]
        led = _LED_BYLINE.match(row.key) if at in live[:1] else None
        if led:
            group = 1 if led[1] else 2
            return row.text[led.start(group) : led.end(group)]
        found = _writer_in(row)
        value = _slice(row, found) if found else ""
        if value and not _PLACEHOLDER.fullmatch(value):
            return value
    names = (head.get(name, "") for name in _HEAD_AUTHORS if name != "author" or head.get(name, "") not in title.site)
    return next((name for name in names if _is_name(name)), "")


def _writer_in(row: Feature) -> re.Match[str] | None:
    """Where a line names who wrote: in brackets behind a paragraph or at its head, or anywhere in a short line."""
    note = bylines.trailing_note(row.key)
    if note:
        return _BYLINE.search(row.key, len(row.key) - note) or _WRITER.search(row.key, len(row.key) - note)
    if spaced := _SPACED_WRITER.match(row.key):
        return spaced
    if row.size > _SHORT or row.ends or not _may_name(row):
        return _INLINE_BYLINE.search(row.key)
    return (_BYLINE.search(row.key) if _names_writer(row.key) else None) or _WRITER.search(row.key)


def _names_writer(key: str) -> bool:
    return bylines.is_byline(key) or bool(_REPORTER.match(key))


def _is_name(value: str) -> bool:
    return bool(value) and len(value) <= 40 and "@" not in value and not _PLACEHOLDER.fullmatch(value)


def _first(pattern: re.Pattern[str], rows: Sequence[Feature], near: Sequence[int]) -> str:
    """What the pattern's group says in the first line that it fits, in the page's own script."""
    for at in near:
        found = pattern.search(rows[at].key, 0, _SEARCHED)
        value = _slice(rows[at], found) if found else ""
        if value and not _PLACEHOLDER.fullmatch(value):
            return value
    return ""


def _slice(row: Feature, found: re.Match[str]) -> str:
    value = row.text[found.start(1) : found.end(1)].strip(" 　\u00a0|[]【】〔〕()（）,，、;；")
    return _PLACE.sub("", value)


def _dates(
    head: Mapping[str, str], rows: Sequence[Feature], near: Sequence[int], above: Sequence[int], live: Sequence[int]
) -> Iterator[DateCandidate]:
    for name in _HEAD_DATES:
        if re.search(r"\d", head.get(name, "")):
            yield DateCandidate(text=head[name], origin="metadata")
    told = [at for at in near if at not in above and _TIME_ROLE.search(rows[at].key)]
    for pattern in (bylines.DATE_TIME, _LOOSE_TIME):
        for at in [*above, *told]:
            found = pattern.search(rows[at].key)
            if found:
                text = rows[at].text[found.start() : found.end()].strip()
                yield DateCandidate(text=text, origin="dateline", line=at)
    for name in _URLS:
        if _URL_DATE.search(head.get(name, "")):
            yield DateCandidate(text=head[name], origin="url")
    for at in live[:1]:
        found = _IN_TEXT.search(rows[at].key, 0, _HEAD)
        if found:
            yield DateCandidate(text=rows[at].text[found.start() : found.end()], origin="text", line=at)
