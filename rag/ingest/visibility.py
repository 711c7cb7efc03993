"""Whether a reader sees the text of an element: what its style, its attributes and the elements around it say.

Three degrees are told apart, since some sites hide a story until a script shows it: `veiled` text takes its place on
the page but is not painted, `folded` text is left out until something unfolds it, and `lost` text is in a place, a size
or a colour that nobody sees whatever happens, which no story ever is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from typing import Final, TypeAlias

Colour: TypeAlias = tuple[int, int, int]

_WHITE: Final[Colour] = (255, 255, 255)
_NAMED: Final[Mapping[str, Colour]] = {
    "white": _WHITE, "snow": (255, 250, 250), "ivory": (255, 255, 240), "whitesmoke": (245, 245, 245),
    "black": (0, 0, 0), "red": (255, 0, 0), "blue": (0, 0, 255), "green": (0, 128, 0), "yellow": (255, 255, 0),
    "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
}  # fmt: skip
_ALIKE = 10  # how far apart two values of a channel may be in colours that nobody tells apart
_TINY = 1.5  # pixels
_FAR = 500.0  # pixels outside the window
_ON_COLOURED_GROUND = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "a", "button", "th", "caption"})
_HINT = re.compile(
    r"display|visibility|opacity|font|colou?r|background|clip|indent|height|width|left|right|top|bottom|margin|transform",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|%|vw|vh)?")
_HEX = re.compile(r"#([0-9a-f]{3,8})\b")
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+([\d.]+%?))?\s*\)")
_NESTED = re.compile(  # blocks that do not hold always, such as those for print, and the frame of those that do
    r"@(?=[a-z-]{3,20}\b)(?!media\s+(?:screen|all)\s*\{)[^{};]{0,200}\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\}|@media[^{]{0,200}\{|@[^{};]{0,200};",
    re.DOTALL,
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_LONGEST_SHEET = 300_000
_LONGEST_RULE = 2_000
_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]*)?[.#][\w-]+", re.IGNORECASE)


class Reveal(IntEnum):
    """How much of what is hidden is read all the same."""

    NOTHING = 0
    VEILED = 1
    FOLDED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What declarations say; None where they say nothing."""

    veiled: bool | None = None
    faint: bool = False
    folded: bool | None = None
    lost: bool = False
    tiny: bool | None = None
    ink: Colour | None = None
    no_ink: bool = False
    paper: Colour | None = None
    some_paper: bool = False  # a background that is a picture, or cannot be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the text inside an element looks. What is inherited is kept apart from what children may undo."""

    veiled: bool = False
    faint: bool = False
    folded: bool = False
    lost: bool = False
    tiny: bool = False
    ink: Colour | None = None
    no_ink: bool = False
    paper: Colour | None = None
    some_paper: bool = False
    coloured_ground: bool = False

    def hidden(self, reveal: Reveal) -> bool:
        """True when nobody sees the text, unless `reveal` is meant to read it."""
        if self.lost or self.tiny or self.no_ink or (self.folded and reveal < Reveal.FOLDED):
            return True
        return ((self.veiled or self.faint) and reveal < Reveal.VEILED) or self._is_ink_on_ink

    @property
    def _is_ink_on_ink(self) -> bool:
        if self.ink is None or self.some_paper:
            return False
        if self.paper is None:  # a page is white unless a style sheet says otherwise, as it does for bars and buttons
            return not self.coloured_ground and _alike(self.ink, _WHITE)
        return _alike(self.ink, self.paper)

    def inside(self, name: str, style: Style) -> Look:
        """The look inside an element of that name and style which stands in this one."""
        ground = self.coloured_ground or name in _ON_COLOURED_GROUND
        if style is PLAIN:
            return self if ground == self.coloured_ground else replace(self, coloured_ground=ground)
        fresh_paper = style.paper is not None or style.some_paper
        return Look(
            veiled=self.veiled if style.veiled is None else style.veiled,
            faint=self.faint or style.faint,
            folded=self.folded or bool(style.folded),
            lost=self.lost or style.lost,
            tiny=self.tiny if style.tiny is None else style.tiny,
            ink=style.ink or (None if style.no_ink else self.ink),
            no_ink=style.no_ink or (self.no_ink and style.ink is None),
            paper=style.paper if fresh_paper else self.paper,
            some_paper=style.some_paper if fresh_paper else self.some_paper,
            coloured_ground=ground,
        )


PLAIN: Final = Style()


class Sheet:
    """The rules of a page's own style sheets that name a single class or id; others are not followed."""

    def __init__(self, css: str = "") -> None:
        self._rules: dict[str, str] = {}
        for rule in _NESTED.sub("", _COMMENT.sub("", css[:_LONGEST_SHEET])).split("}"):
            selectors, _, declarations = rule.rpartition("{")
            if not _HINT.search(declarations):
                continue
            for selector in selectors.split(","):
                key = selector.strip().lower()
                if _SIMPLE.fullmatch(key):
                    self._rules[key] = f"{self._rules.get(key, '')};{declarations}"[-_LONGEST_RULE:]

    def style(self, name: str, attributes: Mapping[str, str]) -> Style:
        """What the rules, the `style` attribute and old attributes say of an element."""
        declared = [self._rules[key] for key in self._keys(name, attributes) if key in self._rules]
        own = attributes.get("style", "")
        if own and _HINT.search(own):
            declared.append(own)
        if "bgcolor" in attributes:
            declared.insert(0, f"background:{attributes['bgcolor']}")
        if name == "font" and "color" in attributes:
            declared.insert(0, f"color:{attributes['color']}")
        if "hidden" in attributes or attributes.get("aria-hidden") == "true":
            declared.append("display:none")
        return parse_style(";".join(declared).lower()) if declared else PLAIN

    def _keys(self, name: str, attributes: Mapping[str, str]) -> list[str]:
        if not self._rules:
            return []
        marks = [f".{one}" for one in attributes.get("class", "").lower().split()]
        if attributes.get("id"):
            marks.append(f"#{attributes['id'].lower()}")
        return [key for mark in marks for key in (mark, name + mark)]


@lru_cache(maxsize=4096)
def parse_style(declarations: str) -> Style:
    """What lower-case CSS declarations say about being seen; of two of one name the last counts."""
    said = {}
    for declaration in declarations.split(";"):
        key, colon, value = declaration.partition(":")
        if colon:
            said[key.strip()] = value.replace("!important", "").strip()
    display, visibility = said.get("display"), said.get("visibility")
    ink, ground = said.get("color", ""), said.get("background-color") or said.get("background", "")
    paper = _colour(ground) if "url(" not in ground and "gradient" not in ground else None
    pictured = said.get("background-image", "none") not in {"none", "inherit"}
    clipped = "text" in (said.get("background-clip"), said.get("-webkit-background-clip"))
    found = Style(
        veiled=None if visibility in {None, "inherit"} else visibility in {"hidden", "collapse"},
        faint=_number(said.get("opacity", "1"), 1.0) <= 0.01,
        folded=(None if display is None else display == "none") or _is_folded(said),
        lost=_is_lost(said),
        tiny=_is_tiny(said),
        ink=_colour(ink) if ink and not _is_clear(ink) else None,
        no_ink=_is_clear(ink) and not clipped,
        paper=None if pictured else paper,
        some_paper=pictured
        or (paper is None and bool(ground) and not _is_clear(ground) and ground not in {"none", "inherit"}),
    )
    return PLAIN if found == PLAIN else found


def _is_folded(said: Mapping[str, str]) -> bool | None:
    flat = any(_pixels(said[key]) <= _TINY for key in ("height", "max-height", "width", "max-width") if said.get(key))
    return True if flat and said.get("overflow", "").startswith(("hidden", "clip")) else None


def _is_lost(said: Mapping[str, str]) -> bool:
    clip = said.get("clip", "") + said.get("clip-path", "")
    if re.search(
        r"rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)|inset\(\s*(?:50|100)%", clip
    ):
        return True
    moved = ["text-indent", "margin-left", "margin-top"]
    if said.get("position") in {"absolute", "fixed", "relative"}:
        moved += ["left", "top", "right", "bottom"]
    if any(said.get(key, "").startswith("-") and _pixels(said[key]) <= -_FAR for key in moved):
        return True
    transform = said.get("transform", "")
    shift = re.search(r"translate[xy]?\(\s*(-\d+)", transform)
    return bool(re.search(r"scale\w?\(\s*0(?:\.0+)?\s*[,)]", transform) or (shift and int(shift[1]) <= -_FAR))


def _is_tiny(said: Mapping[str, str]) -> bool | None:
    """Whether letters are too small to see; None where no size is given, or one that depends on the one around."""
    size = said.get("font-size", "")
    if not size and (short := re.search(r"(?:^|\s)(-?\d*\.?\d+(?:px|pt|em|rem|%)?)\s*(?:/|\s)", said.get("font", ""))):
        size = short[1]
    found = _LENGTH.match(size)
    if not found:
        return None if not size or size == "inherit" else False
    value, unit = float(found[1]), found[2] or ""
    if unit in {"", "px", "pt"}:
        return value <= _TINY
    if value <= (5 if unit == "%" else 0.05):
        return True
    return False if unit == "rem" else None


def _pixels(value: str) -> float:
    """A length in pixels, units that depend on others taken for about what they are; a large one where it is none."""
    found = _LENGTH.match(value)
    if not found:
        return 1e6
    return float(found[1]) * {"em": 16, "rem": 16, "vw": 10, "vh": 10, "%": 10}.get(found[2] or "", 1)


def _number(value: str, otherwise: float) -> float:
    found = re.match(r"\d*\.?\d+", value)
    return float(found.group()) / (100 if "%" in value else 1) if found else otherwise


def _colour(value: str) -> Colour | None:
    if found := _HEX.search(value):
        digits = found[1]
        if len(digits) in {3, 4}:
            digits = "".join(2 * digit for digit in digits)
        return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)) if len(digits) >= 6 else None
    if found := _RGB.search(value):
        return int(found[1]), int(found[2]), int(found[3])
    return next((_NAMED[word] for word in value.split() if word in _NAMED), None)


def _is_clear(value: str) -> bool:
    found = _RGB.search(value)
    return "transparent" in value or bool(found and found[4] and _number(found[4], 1.0) <= 0.02)


def _alike(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) <= _ALIKE for a, b in zip(one, other, strict=True))
