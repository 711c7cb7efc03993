"""What damaged text is worth after repair, on news that the character statistics have not seen.

    python -m eval.repairs --data ../shared/data --articles 400 --seed 1

News is damaged (`eval/damage.py`, and the shift and the scanner of the noise twins), repaired, and its sentences are
compared with the true ones.

*Hit* are true sentences that the damage changed. Of these some come back word for word and may be quoted (`whole`), of
some a part may be quoted (`part`), the rest is withheld. *Wrong* is what may be quoted though the true text does not
hold it, as a share of the sentences hit.
"""

from __future__ import annotations

import json
import lzma
import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from eval.damage import damages
from eval.devstore import NEWS
from eval.noise.bytewise import NARROW, shift
from eval.noise.glyphs import Misreading, misread_glyphs
from rag.ingest.gbkbytes import gbk_bytes
from rag.ingest.repair import Repaired, repair
from rag.text.clauses import sound_parts
from rag.text.script import to_traditional
from rag.text.sentences import sentences

HELD_OUT = 10  # every so-manieth article was left out of the character statistics
_LONGEST = 1500  # code points of an article that are used
_MARKS = "。.!?…”’』」)"  # at the end of a quote: `!` for `。”` is what the page shows
_GLYPHS = Misreading(widths=0, wide_digits=0, lost_marks=0)  # marks that are gone cannot be told
_BIG5 = "Big5 as GBK"  # the damage that text in traditional script has
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Sentences of one kind of damage; `wrong` holds what may be quoted and is not true."""

    hit: int
    whole: int
    part: int
    wrong: tuple[str, ...]

    def __add__(self, other: Count) -> Count:
        return Count(
            hit=self.hit + other.hit,
            whole=self.whole + other.whole,
            part=self.part + other.part,
            wrong=self.wrong + other.wrong,
        )


def compare(true: str, damaged: str, found: Repaired) -> Count:
    """What became of the sentences of `true` that `damaged` does not hold; half-width marks are as full-width ones."""
    whole, parts = _quotable(found)
    text, raw = _plain(true), _plain(damaged)
    said = [_plain(true[span.start : span.end]) for span in sentences(true)]
    hit = [one for one in said if one not in raw]
    back = [one for one in hit if any(one in quote for quote in whole)]
    partly = [one for one in hit if one not in back and any(part in one for part in parts)]
    wrong = [quote for quote in (*whole, *parts) if quote.rstrip(_MARKS) not in text]
    return Count(hit=len(hit), whole=len(back), part=len(partly), wrong=tuple(wrong))


def _quotable(found: Repaired) -> tuple[list[str], list[str]]:
    """What of a repaired text may be quoted: whole sentences, and parts of others."""
    whole: list[str] = []
    parts: list[str] = []

    def sound(start: int, end: int) -> bool:
        return not any(span.overlaps(start, end) for span in found.damaged)

    for span in sentences(found.text):
        for start, end in sound_parts(found.text, span.start, span.end, sound):
            quotes = whole if (start, end) == (span.start, span.end) else parts
            quotes.append(_plain(found.text[start:end]))
    return whole, parts


def _plain(text: str) -> str:
    return _SPACE.sub("", text.translate(NARROW))


def held_out(folder: Path, count: int, seed: int) -> list[str]:
    """Beginnings of news articles that the statistics were not made of, in GBK's characters, as paragraphs."""
    with lzma.open(folder / NEWS, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, 0, None, HELD_OUT)]
    drawn = random.Random(seed).sample(texts, min(count, len(texts)))  # noqa: S311 - a sample, not a secret
    return ["".join(char for char in text[:_LONGEST] if len(gbk_bytes(char)) < 3) for text in drawn]


def _writable_in_big5(text: str) -> str:
    """The text in traditional script, without what Big5 cannot write."""
    return to_traditional(text).encode("big5", errors="ignore").decode("big5")


def kinds() -> Mapping[str, Callable[[str, int], str]]:
    """Every damage by name, those of `eval.damage` and the shift and the scanner of the noise twins."""

    def misread(text: str, seed: int) -> str:
        return misread_glyphs(text, seed, errors=_GLYPHS)

    return {**damages(), "read one byte off": shift, "misread by a scanner": misread}


def measure(texts: Iterable[str], kind: Callable[[str, int], str]) -> Count:
    """All texts damaged one way, each with a seed of its own."""
    total = Count(hit=0, whole=0, part=0, wrong=())
    for seed, text in enumerate(texts):
        damaged = kind(text, seed)
        total += compare(text, damaged, repair(damaged))
    return total


def main(
    data: Annotated[Path, typer.Option(help=f"folder with {NEWS}")],
    articles: Annotated[int, typer.Option(min=1, help="held-out articles")] = 200,
    seed: Annotated[int, typer.Option(help="of the sample")] = 1,
    kind: Annotated[list[str] | None, typer.Option(help="only this damage; may be repeated")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Damage, repair, compare."""
    texts = held_out(data, articles, seed)
    chosen = {name: damage for name, damage in kinds().items() if not kind or name in kind}
    console = Console(stderr=True)
    in_big5 = [_writable_in_big5(text) for text in texts] if _BIG5 in chosen else []
    out = {
        name: measure(track(in_big5 if name == _BIG5 else texts, name, console=console, transient=True), damage)
        for name, damage in chosen.items()
    }
    if as_json:
        typer.echo(json.dumps({name: asdict(count) for name, count in out.items()}, ensure_ascii=False, indent=1))
        return
    table = Table("damage", "hit", "whole", "part", "withheld", "wrong", title=f"{len(texts)} articles")
    for name, count in out.items():
        shares = (count.whole, count.part, count.hit - count.whole - count.part, len(count.wrong))
        table.add_row(name, str(count.hit), *(f"{share / count.hit:.3f}" if count.hit else "-" for share in shares))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
