"""Finds Chinese characters that look alike in print and writes them to `rag/ingest/data/lookalikes.tsv`.

    python -m eval.make_lookalikes NotoSerifCJK-Regular.ttc NotoSansCJK-Regular.ttc

Every character that has statistics is drawn from each font, as it stands in its square and stretched to fill it (a
scanner does not know which of 日 and 曰 is the wider), blurred as paper blurs it and compared with all others. Likeness
is the correlation of the two pictures, the highest of all drawings.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from opencc import OpenCC
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from rag.ingest.charmodel import FIRST_CLASS, STEP, char_model
from rag.ingest.lookalikes import LIKENESS_FLOOR, LOOKALIKES_FILE, MOST_ALIKE

_CANVAS, _SIZE, _PICTURE = 64, 52, 40  # pixels: what is drawn on, the height of a character, what is compared
_BLUR = 1.6  # pixels
_SIMPLIFIED_FACE = 2  # of the collection's faces, by their order in Noto CJK
_CONVERSIONS = ("t2s", "s2t", "s2tw", "s2hk", "tw2s", "hk2s", "t2tw", "t2hk")  # OpenCC's, between forms of characters
_RAREST = 18.0  # bits of a character that is worth being taken for another

Pictures = npt.NDArray[np.float32]


def main(
    fonts: Annotated[list[Path], typer.Argument(help="font collections with a simplified Chinese face")],
    out: Annotated[Path, typer.Option(help="the table that is written")] = LOOKALIKES_FILE,
) -> None:
    """Draw, compare, write."""
    characters = known_characters()
    likeness = np.zeros((len(characters), len(characters)), dtype=np.float32)
    for font in fonts:
        for filled in (False, True):
            pictures = drawn(characters, font, filled=filled)
            np.maximum(likeness, pictures @ pictures.T, out=likeness)
    likeness[variants(characters)] = 0
    likeness[:, [at for at, char in enumerate(characters) if _bits(char) > _RAREST]] = 0
    lines = list(table(characters, likeness))
    out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    typer.echo(f"{len(lines)} characters: {out}")


def known_characters() -> str:
    """The characters that have statistics of their own, in the order of their code points."""
    classes = char_model().classes
    return "".join(chr(code) for code in range(0x4E00, 0xA000) if classes[code] >= FIRST_CLASS)


def drawn(characters: str, font: Path, *, filled: bool) -> Pictures:
    """Pictures with a mean of 0 and a length of 1; shape (characters, pixels)."""
    face = ImageFont.truetype(str(font), _SIZE, index=_SIMPLIFIED_FACE)
    pictures = np.stack([_draw(char, face, filled=filled).ravel() for char in characters])
    pictures -= pictures.mean(axis=1, keepdims=True)
    out: Pictures = pictures / np.linalg.norm(pictures, axis=1, keepdims=True)
    return out


def variants(characters: str) -> npt.NDArray[np.bool_]:
    """True for two forms of one character, itself included: no scanner's error; shape (characters, characters)."""
    converters = [OpenCC(name) for name in _CONVERSIONS]
    place = {char: at for at, char in enumerate(characters)}
    out = np.zeros((len(characters), len(characters)), dtype=np.bool_)
    for char in characters:
        forms = {char, *(converter.convert(char) for converter in converters)}
        others = [place[form] for form in forms if form in place]
        out[np.ix_(others, others)] = True
    return out


def table(characters: str, likeness: Pictures) -> Iterator[str]:
    """Lines `character TAB likest likeness next likeness ...`, likeness in hundredths; not of those like no other."""
    for row, char in enumerate(characters):
        best = np.argsort(-likeness[row], kind="stable")[:MOST_ALIKE]
        alike = [(characters[at], float(likeness[row, at])) for at in best if likeness[row, at] >= LIKENESS_FLOOR]
        if alike:
            yield f"{char}\t{''.join(f'{other}{_hundredths(value)}' for other, value in alike)}"


def _draw(char: str, face: ImageFont.FreeTypeFont, *, filled: bool) -> Pictures:
    image = Image.new("L", (_CANVAS, _CANVAS), 0)
    ImageDraw.Draw(image).text((_CANVAS / 2, _CANVAS / 2), char, font=face, fill=255, anchor="mm")
    if filled:
        image = image.crop(image.getbbox())
    image = image.resize((_PICTURE, _PICTURE), Image.Resampling.BILINEAR)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(_BLUR)), dtype=np.float32)


def _hundredths(likeness: float) -> int:
    return min(99, int(100 * likeness))


def _bits(char: str) -> float:
    """How rare a character is by itself, in the script that has it more often."""
    return float(char_model().costs[:, ord(char)].min()) / STEP


if __name__ == "__main__":
    typer.run(main)
