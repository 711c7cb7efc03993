"""Which lines of a story are captions: by markup, by wording, below a picture or what is left of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, zip_longest

from rag.ingest.features import Feature, overlap

_CAPTION_LIKE = 0.8  # share of the title's length that a line needs to repeat it
_ALIKE = 0.9  # overlap with the title from which it does
_ALIKE_CAPTIONS = 3  # labelled pictures from which a page labels its pictures
_LABEL_MAX = 24
_WORK = re.compile("《[^》]+》")  # the name of a work heads what is quoted from it
_PHOTO = re.compile(
    r"[(\[]?(?:图\s?(?:为|[::]|片?(?:来源|说明|/))|(?:资料|效果|示意|配)图|上图|下图|左图|右图|▲|△|↑"
    r"|图[一二三四五\d]).{0,70}"
    r"|.{0,70}(?:\S{2,10}\s?(?:摄|供图)|(?:资料|示意|效果)图片?|视觉中国.{0,8}|图源.{0,16}"
    r"|(?:本文)?图片?(?:均)?(?:来源|来自|由|除).{0,30}"
    r"|(?:记者|通讯员)\s?\S{2,8}\s图|\s图)[。)\]]?"
)
_PHOTO_BYLINE = re.compile(
    r"[^。!?;]{2,56}(?:。|[\s(/:])[\s(/:]*[^\s。,!?;()]{0,8}?[\s(/:]*[\u4e00-\u9fff·]{2,4}\s?(?:摄|供图)[)\]】。]?"
)
_AGENCY = re.compile(
    r"[^。!?;]{2,56}[。\s(/:]+(?:视觉中国|人民视觉|东方ic|ic\s?photo|图虫创意|cfp|getty.{0,8})\s?(?:资料图?|供图|图)?[)\]】。]?"
)
_ARROW = re.compile(r"[▲▼△▽↑↓]\s?.{2,90}[(\[][^()]{0,12}(?:图|摄|照片|供)[^()]{0,20}[)\]]。?")  # points at its picture
_PHOTO_NOTE = re.compile(
    r"[(\[【]?(?:(?:点击|单击|双击).{0,8}(?:大图|原图|图片|放大).{0,6}|(?:本文|文中)?(?:所有)?图片?(?:均"
    r"|全部)?(?:来源于?|来自于?|取自)[::]?.{0,20}"
    r"|(?:图像|图片|照片)(?:来源|加注文字)\s?[,:].{0,30})[)\]】。]*"
)


def find_captions(rows: Sequence[Feature], live: Sequence[int], title: str, *, is_dump: bool) -> set[int]:
    """Numbers of the lines among `live` that are captions.

    In a text dump (`is_dump`) the title repeated in the story is the alternative text of a picture, and the short line
    below it is that picture's caption.
    """
    found: set[int] = set()
    for number, below in zip_longest(live, live[1:]):
        row = rows[number]
        if _says(row, title):
            found.add(number)
            if is_dump and below is not None and rows[below].is_short and not rows[below].is_row:
                found.add(below)
        elif _is_caption(row):
            found.add(number)
    rest = [number for number in live if number not in found]
    return found | _labelled_alike(rows, rest) | _centered_pairs(rows, rest)


def _says(row: Feature, title: str) -> bool:
    return bool(title) and row.size <= 60 and not row.ends and _same(row.text, title)


def _same(text: str, title: str) -> bool:
    short, long = sorted(("".join(text.split()), "".join(title.split())), key=len)
    if len(short) < 4 or len(short) < _CAPTION_LIKE * len(long):
        return False
    return short in long or overlap(short, long) >= _ALIKE


def _is_caption(row: Feature) -> bool:
    """Marked up or worded as a caption, or a short line below a picture that does not look like a heading."""
    if "figcaption" in row.line.tags or _is_photo_note(row.key) or _is_photo_byline(row.key):
        return True
    if not row.line.pictures or row.line.heading or row.size > 80:
        return False
    if _is_photo_credit(row.key) or (row.line.picture_text and _same(row.text, row.line.picture_text)):
        return True
    return row.line.centered and _may_be_label(row)


def _may_be_label(row: Feature) -> bool:
    return row.is_short and not row.is_row and not row.line.heading and not _WORK.fullmatch(row.text)


def _labelled_alike(rows: Sequence[Feature], live: Sequence[int]) -> set[int]:
    """Pictures of one page are captioned alike: where most are followed by a label with a full stop, all are."""
    pictured = [number for number in live if rows[number].line.pictures]
    labels = {number for number in pictured if _is_stopped_label(rows[number])}
    return labels if len(labels) >= _ALIKE_CAPTIONS and len(labels) * 2 >= len(pictured) else set()


def _is_stopped_label(row: Feature) -> bool:
    """A name or a phrase with a full stop behind it, in a page whose sentences are longer."""
    is_phrase = row.size <= _LABEL_MAX and row.stops == 1 and not row.pauses
    return is_phrase and row.text.endswith("。") and not row.line.heading


def _centered_pairs(rows: Sequence[Feature], live: Sequence[int]) -> set[int]:
    """Two centred short lines in a row, in a story that is not centred, are captions whose pictures are gone."""
    prose = [number for number in live if rows[number].is_prose]
    found: set[int] = set()
    if not prose or sum(rows[number].line.centered for number in prose) * 4 > len(prose):
        return found
    for pair in pairwise(number for number in live if prose[0] < number < prose[-1]):
        if all(rows[at].line.centered and rows[at].size >= 4 and _may_be_label(rows[at]) for at in pair):
            found.update(pair)
    return found


def _is_photo_credit(key: str) -> bool:
    """True when a folded line is worded as a caption (`图为…`, `张三 摄`, `资料图`)."""
    return len(key) <= 100 and bool(_PHOTO.fullmatch(key.strip()))


def _is_photo_byline(key: str) -> bool:
    """True for a phrase that ends in a photographer's or an agency's name, which is a caption wherever it stands."""
    bare = key.strip()
    return len(bare) <= 70 and bool(_PHOTO_BYLINE.fullmatch(bare) or _AGENCY.fullmatch(bare) or _ARROW.fullmatch(bare))


def _is_photo_note(key: str) -> bool:
    """True for a line that only tells how to look at a picture, or where all pictures are from."""
    return len(key) <= 40 and bool(_PHOTO_NOTE.fullmatch(key.strip()))
