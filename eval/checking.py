"""How well the checker tells what articles say from what they do not: sentences of news made false or said otherwise.

    python -m eval.checking --data ../shared/data --articles 1500 --seed 1

Each statement is checked against what the product would have: the passages of its article among those of others. Rules
were tuned on the articles of `--half tuning`; the figures that count are those of the other half.
"""

from __future__ import annotations

import json
import lzma
import random
import re
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eval.corruptions import FALSE, RARE
from eval.devstore import NEWS
from eval.rewordings import TRUE
from eval.statements import Story, is_really_false
from rag.check.sources import Source
from rag.check.verify import Checked, Checker
from rag.text.sentences import sentences
from rag.text.words import names
from rag.types import Verdict

_PASSAGE = 260  # characters, about what the product's chunks hold
_OF_ARTICLE, _OF_OTHERS = 5, 3
_SHORTEST, _LONGEST = 14, 90
_ROTTEN = re.compile(r"广告声明|IT之家所有文章|责任编辑|点击|http|[|【】]|^[）”」、，]|？|！|\d{4}-\d\d-\d\d \d\d:")


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An article of the data set."""

    article_id: str
    published: date | None
    text: str

    @property
    def is_for_tuning(self) -> bool:
        """Which half of the data the article belongs to."""
        return zlib.crc32(self.article_id.encode()) % 2 == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One statement and its verdict."""

    kind: str
    true: bool
    statement: str
    sentence: str
    verdict: str
    reason: str
    quote: str
    milliseconds: float

    @property
    def is_right(self) -> bool:
        """True statements are not refused, false ones are."""
        return (self.verdict != Verdict.UNSUPPORTED) == self.true


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927); (0, 1) where there is nothing to count."""
    if total == 0:
        return 0.0, 1.0
    z, share = 1.96, hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * ((share * (1 - share) + z * z / (4 * total)) / total) ** 0.5 / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def read_news(folder: Path, count: int, seed: int, *, tuning: bool) -> list[News]:
    """`count` articles drawn from one half of the data, the same for the same seed."""
    kept = []
    with lzma.open(folder / NEWS, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            written = re.match(r"\d{4}-\d\d-\d\d", row["published"] or "")
            day = date.fromisoformat(written.group()) if written else None
            news = News(article_id=row["id"], published=day, text=row["text"])
            if news.is_for_tuning == tuning and len(news.text) > 200:
                kept.append(news)
    return random.Random(seed).sample(kept, min(count, len(kept)))  # noqa: S311 - a sample, not a secret


def passages(news: News, number: int) -> list[Source]:
    """The article in stretches of whole sentences, numbered from `number`."""
    out: list[Source] = []
    spans = sentences(news.text)
    first = 0
    for at, span in enumerate(spans):
        if at == len(spans) - 1 or spans[at + 1].end - spans[first].start > _PASSAGE:
            out.append(
                Source(
                    key=news.article_id,
                    number=number + len(out),
                    text=news.text,
                    start=spans[first].start,
                    end=span.end,
                    published=news.published,
                )
            )
            first = at + 1
    return out


def sources_for(news: News, at: int, others: Sequence[News], chance: random.Random) -> list[Source]:
    """The passage that holds `at`, those around it, and passages of other articles, in random order."""
    own = passages(news, 1)
    holding = next(index for index, source in enumerate(own) if source.start <= at < source.end)
    first = max(0, min(holding - 2, len(own) - _OF_ARTICLE))
    near = own[first : first + _OF_ARTICLE]
    far = [chance.choice(passages(other, 50)) for other in chance.sample(others, _OF_OTHERS)]
    mixed = [*near, *far]
    chance.shuffle(mixed)
    return mixed


def stories(news: News, places: Sequence[str], persons: Sequence[str]) -> Iterator[tuple[int, Story]]:
    """The sentences of an article that can stand alone as statements, with where they begin."""
    spans = sentences(news.text)
    texts = [news.text[span.start : span.end] for span in spans]
    for index, text in enumerate(texts):
        if not _SHORTEST <= len(text) <= _LONGEST or not text.endswith("。") or _ROTTEN.search(text):
            continue
        if text.count("“") != text.count("”") or texts.count(text) > 1 or "\xa0" in text:
            continue
        yield (
            spans[index].start,
            Story(
                sentence=text,
                before=texts[index - 1] if index else "",
                after=texts[index + 1] if index + 1 < len(texts) else "",
                article=news.text,
                places=places,
                persons=persons,
            ),
        )


def gazetteer(news: Sequence[News]) -> tuple[list[str], list[str]]:
    """Places and persons that several articles name."""
    counts: dict[tuple[str, str], int] = {}
    for item in news:
        for name in names(item.text[:600]):
            counts[name.word, name.kind] = counts.get((name.word, name.kind), 0) + 1
    often = {kind: [w for (w, k), n in counts.items() if k == kind and n >= 3] for kind in ("place", "person")}
    return often["place"], [word for word in often["person"] if len(word) == 3]


def rows(news: Sequence[News], seed: int, checker: Checker) -> Iterator[Row]:
    """Statements from one or two sentences of every article: one true in each, one false of each rule that applies."""
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    places, persons = gazetteer(news)
    for item in news:
        found = list(stories(item, places, persons))
        for at, story in chance.sample(found, min(2, len(found))):
            sources = sources_for(item, at, [other for other in news[:400] if other is not item], chance)
            for kind, text, true in statements(story, chance):
                began = time.perf_counter()
                checked = checker.check(text, sources)
                yield _row(kind, true, text, story.sentence, checked, 1000 * (time.perf_counter() - began))


def statements(story: Story, chance: random.Random) -> Iterator[tuple[str, str, bool]]:
    """Two of the true rules that apply to a sentence, and two of the false ones, the rare ones first."""
    true = [
        (kind, text)
        for kind, rule in TRUE.items()
        if (text := rule(story, chance)) and (kind == "verbatim" or text != story.sentence)
    ]
    false = [
        (kind, text)
        for kind, rule in FALSE.items()
        if (text := rule(story, chance)) and text != story.sentence and is_really_false(text, story)
    ]
    for chosen, is_true in ((true, True), (false, False)):
        chance.shuffle(chosen)
        chosen.sort(key=lambda made: made[0] not in RARE)
        for kind, text in chosen[:2]:
            yield kind, text, is_true


def _row(kind: str, true: bool, text: str, sentence: str, checked: Checked, milliseconds: float) -> Row:  # noqa: FBT001 - a field of a row
    quote = checked.source.text[checked.start : checked.end] if checked.source else ""
    return Row(
        kind=kind,
        true=true,
        statement=text,
        sentence=sentence,
        verdict=checked.verdict.value,
        reason=checked.reason,
        quote=quote,
        milliseconds=milliseconds,
    )


def table(found: Sequence[Row], *, true: bool) -> Table:
    """Counts and shares by kind, with 95 % intervals."""
    title = "true statements refused" if true else "false statements caught"
    out = Table("kind", "statements", title, "share", "95 % interval", *(["partial"] if true else []))
    kinds = sorted({row.kind for row in found if row.true == true})
    for kind in [*kinds, "all"]:
        of_kind = [row for row in found if row.true == true and kind in {row.kind, "all"}]
        hits = sum(row.verdict == Verdict.UNSUPPORTED for row in of_kind)
        low, high = wilson(hits, len(of_kind))
        cells = [kind, str(len(of_kind)), str(hits), f"{hits / max(1, len(of_kind)):.3f}", f"{low:.3f} – {high:.3f}"]
        out.add_row(*cells, *([str(sum(row.verdict == Verdict.PARTIAL for row in of_kind))] if true else []))
    return out


def main(
    data: Annotated[Path, typer.Option(help="folder of the development sets")],
    articles: Annotated[int, typer.Option(help="articles to draw")] = 600,
    seed: Annotated[int, typer.Option(help="of the sample and of the rules")] = 1,
    half: Annotated[str, typer.Option(help="report | tuning: which half of the articles")] = "report",
    as_json: Annotated[bool, typer.Option("--json", help="print every row instead")] = False,  # noqa: FBT002 - an option
) -> None:
    """Print both tables, or every row."""
    news = read_news(data, articles, seed, tuning=half == "tuning")
    found = list(rows(news, seed, Checker()))
    if as_json:
        for row in found:
            typer.echo(json.dumps(asdict(row), ensure_ascii=False))
        return
    console = Console(width=110)
    console.print(table(found, true=False))
    console.print(table(found, true=True))
    times = sorted(row.milliseconds for row in found)
    if len(times) > 20:
        cuts = quantiles(times, n=20)
        console.print(f"milliseconds per statement against 8 passages: median {cuts[9]:.1f}, p95 {cuts[18]:.1f}")


if __name__ == "__main__":
    typer.run(main)
