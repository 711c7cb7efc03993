"""Which part of a page's boxes holds the story: the box that most of the prose stands in, without its side boxes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.ingest.bounds import check_time, timed
from rag.ingest.features import Feature
from rag.ingest.layout import Layout
from rag.ingest.roles import Reason, has_copyright, is_comment_head, is_disclaimer_head, is_related_head

_SHARE_TO_DESCEND = 0.8  # of the prose of a box that one box inside it must hold to stand for it
_SMALL_PART = 0.3  # of the story's prose; a side box that is said to be one and holds no more is one
_SURE, _OUTWEIGHED = 40, 3  # characters of prose outside of them by which larger comments and lists are known as such
_SMALL_BOX = 200  # characters of a box that is headed as an advertisement
_LEAVES = frozenset({"p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dd", "dt", "figure", "tr"})
_ASIDE_TAGS = frozenset({"nav", "footer", "aside", "form", "button"})


def _marks(stems: str, words: str = "") -> re.Pattern[str]:
    """Finds a mark that begins with one of `stems` or is one of `words`; `~` is a hyphen, a low line or nothing."""
    begin = r"(?:^|[\s_-])(?:" + "|".join(stems.replace("~", "[_-]?").split())
    whole = "".join(rf"|{word}(?=$|[\s_\d-])" for word in words.replace("~", "[_-]?").split())
    return re.compile(begin + whole + ")")


# What ids and classes call the parts of a page, in the words that content management systems use.
_SIDE_MARKS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (
        Reason.COMMENT,
        _marks(
            "comment cmt pinglun discuss gentie liuyan disqus respond js~comment post~comment post~tie newcomment",
            "reply replies tie",
        ),
    ),
    (
        Reason.RELATED,
        _marks(
            "relate relevant recommend reclist recnews tuijian xiangguan similar hotlist hotnews hotrank rank "
            "paihang "
            "latest recent guess more~news morelist aside side~bar rightbar extension yuedu widget read~more",
            "hot side recom",
        ),
    ),
    (
        Reason.SHARE,
        _marks(
            "share social bdshare bshare jiathis toolbar action operat praise dashang reward fontsize",
            "like tool tools",
        ),
    ),
    (Reason.COPYRIGHT, _marks("copy~right disclaimer statement shengming banquan mianze license declare")),
    (
        Reason.CREDIT,
        _marks(
            "editors editorname editorinfo zebian bianji author~bio author~info author~card author~box "
            "article~info article~meta article~source",
        ),
    ),
    (
        Reason.ADVERT,
        _marks("ads advert guanggao banner sponsor promo qr~code ewm erweima", "ad adv gg weixin"),
    ),
    (Reason.BREADCRUMB, _marks("bread crumb weizhi", "location position path where")),
    (
        Reason.NAVIGATION,
        _marks(
            "nav menu pager paging pagination footer top~bar login search popup modal dialog toast layer "
            "back~top keyword label",
            "foot header head tag tags prev next page~next page~prev",
        ),
    ),
    (
        Reason.CAPTION,
        _marks(
            "caption pic~info pic~desc pic~note pic~txt pic~text pic~title img~info img~desc img~note img~txt "
            "img~text "
            "img~title photo~info photo~desc photo~note img~wrap img~box pic~wrap pic~box image~wrap photo~box",
        ),
    ),
)
_MAIN_MARKS = re.compile(
    "article|content|detail|main[_-]?(?:text|body)|text|zoom|trs_editor|ueditor|entry|post[_-]?(?:body|text)|story"
    "|zhengwen|neirong|rich_media|newsbody|news[_-]?con"
)


def side_reason(tag: str, marks: str) -> Reason | None:
    """What kind of side box an element's tag and marks say it is, None where they do not say that it is one."""
    if tag in _ASIDE_TAGS:
        return Reason.COPYRIGHT if tag == "footer" else Reason.NAVIGATION
    if tag == "figcaption":
        return Reason.CAPTION
    return next((reason for reason, pattern in _SIDE_MARKS if pattern.search(marks)), None) if marks else None


class Region:
    """The lines of a page that the story's box holds, and why each other line does not belong to it."""

    def __init__(self, layout: Layout, rows: Sequence[Feature]) -> None:
        self._layout = layout
        self._rows = rows
        self._paths = [layout.around(number) for number in range(len(rows))]
        self.reasons: dict[int, Reason] = {}
        if layout.boxes:
            self._choose()

    @property
    def has_boxes(self) -> bool:
        """False for text, of which nothing is known but its lines."""
        return bool(self._layout.boxes)

    @property
    def lines(self) -> list[int]:
        """Numbers of the lines that may be main text, in order."""
        return [number for number in range(len(self._rows)) if number not in self.reasons]

    def _choose(self) -> None:
        told = [side_reason(box.tag, box.marks) for box in self._layout.boxes]
        prose = [row.size if row.is_prose and not has_copyright(row.key) else 0 for row in self._rows]
        weights = self._weigh(prose, told)
        box = self._descend(weights, told)
        inside = [number for number, path in enumerate(self._paths) if box in path]
        for number, path in enumerate(self._paths):
            if box not in path:
                self.reasons[number] = self._outside_reason(number, path, told)
        self._drop_side_boxes(box, inside, prose, told)

    def _weigh(self, prose: Sequence[int], told: Sequence[Reason | None]) -> list[float]:
        """Prose by line, less where it stands among comments, in a side box, or below the heading of another list."""
        weights = [float(size) for size in prose]
        whole = sum(prose) or 1
        held = self._held(prose)
        for number, path in enumerate(self._paths):
            kinds = {told[box] for box in path if held[box] < _SHARE_TO_DESCEND * whole or told[box] is Reason.COMMENT}
            if Reason.COMMENT in kinds:
                weights[number] *= 0.02
            elif kinds - {None, Reason.CAPTION}:
                weights[number] *= 0.2
        for number, row in enumerate(self._rows):
            if is_comment_head(row.key) or is_related_head(row.key) or is_disclaimer_head(row.key):
                for later in self.below(number) if sum(weights[:number]) >= 60 else ():
                    weights[later] *= 0.05
        return weights if sum(weights) > 0 else [float(size) for size in prose]

    def below(self, number: int) -> list[int]:
        """The lines after a heading inside the smallest box that holds the heading and something after it."""
        check_time()
        for box in self._paths[number]:
            later = [at for at in range(number + 1, len(self._rows)) if box in self._paths[at]]
            if later:
                return later
        return list(range(number + 1, len(self._rows))) if not self._layout.boxes else []

    def headed_by(self, number: int) -> list[int]:
        """The lines after `number` in the smallest box that begins with it and holds more, if it is a small box."""
        check_time()
        for box in self._paths[number]:
            lines = [at for at in range(len(self._rows)) if box in self._paths[at]]
            if lines[0] != number:
                return []
            if len(lines) > 1:
                small = sum(self._rows[at].size for at in lines) <= _SMALL_BOX
                return lines[1:] if small else []
        return []

    def _held(self, weights: Sequence[float]) -> list[float]:
        held = [0.0] * len(self._layout.boxes)
        for number, path in enumerate(timed(self._paths)):
            for box in path:
                held[box] += weights[number]
        return held

    def _descend(self, weights: Sequence[float], told: Sequence[Reason | None]) -> int:
        """The innermost box that holds almost all of the prose of the box around it, box after box from the page."""
        held = self._held(weights)
        lines = self._held([1.0] * len(self._rows))
        children: dict[int, list[int]] = {}
        for number, box in enumerate(self._layout.boxes):
            if held[number] and number:
                children.setdefault(box.parent, []).append(number)
        at = 0
        while at in children:
            value = {box: held[box] * self._worth(box, told) for box in children[at]}
            best = max(value, key=value.__getitem__)
            direct = max(0.0, held[at] - sum(held[box] for box in children[at]))
            is_leaf = best not in children and (lines[best] < 2 or self._layout.boxes[best].tag in _LEAVES)
            if is_leaf or value[best] < _SHARE_TO_DESCEND * (sum(value.values()) + direct):
                break
            at = best
        return at

    def _worth(self, box: int, told: Sequence[Reason | None]) -> float:
        found = self._layout.boxes[box]
        if found.tag in {"article", "main"} or "articlebody" in found.marks:
            return 2.0
        if told[box] is not None and told[box] is not Reason.CAPTION:
            return 0.5
        return 2.0 if _MAIN_MARKS.search(found.marks) else 1.0

    def _outside_reason(self, number: int, path: Sequence[int], told: Sequence[Reason | None]) -> Reason:
        row = self._rows[number]
        if row.is_empty:
            return Reason.EMPTY
        kinds = [told[box] for box in path if told[box] is not None]
        if kinds and kinds[0] is not None:
            return kinds[0]
        return Reason.LINK_LIST if row.link_share > 0.5 else Reason.NAVIGATION

    def _drop_side_boxes(
        self, region: int, inside: Sequence[int], prose: Sequence[int], told: Sequence[Reason | None]
    ) -> None:
        """Take boxes out of the region that say they are something else, or that hold mostly links."""
        whole = sum(prose[number] for number in inside) or 1
        clean = sum(
            prose[number]
            for number in inside
            if not any(told[box] for box in self._paths[number][: self._paths[number].index(region)])
        )
        held = self._held([float(size) for size in prose])
        sizes = self._held([float(row.size) for row in self._rows])
        linked = self._held([row.size * row.link_share for row in self._rows])
        links = self._held([float(row.line.links) for row in self._rows])
        for number in inside:
            inner = self._paths[number][: self._paths[number].index(region)]
            for box in inner:
                reason = told[box]
                others = (
                    reason in {Reason.COMMENT, Reason.RELATED} and clean >= _SURE and held[box] <= _OUTWEIGHED * clean
                )
                if reason is not None and (others or held[box] <= _SMALL_PART * whole):
                    self.reasons[number] = reason
                elif links[box] >= 2 and linked[box] > 0.5 * sizes[box] and held[box] <= 0.1 * whole:
                    self.reasons.setdefault(number, Reason.LINK_LIST)
