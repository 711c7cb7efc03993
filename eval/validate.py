"""Whether a question set is sound: every fact in its quote, every quote in its article, ids unique, no tag too thin.

    python -m eval.validate [FILE] [--json]

The sources of the set (see `eval.cases.CaseSet`) are cleaned by the program's own pipeline into a temporary store, so a
quote that the program cannot show any more is a fault of the set. Prints one sentence per fault; exit code 1 with any.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from eval.cases import ANSWERABLE_TAGS, QUESTIONS, UNANSWERABLE_TAGS, Case, CaseSet, Fact, load_cases
from eval.facts import holds
from eval.set_store import articles_of, earlier_of, open_set
from rag.config import load_settings
from rag.errors import JushiError
from rag.text.script import fold, language
from rag.types import Article

FEWEST = {
    **dict.fromkeys(ANSWERABLE_TAGS, 10),
    **dict.fromkeys(UNANSWERABLE_TAGS, 12),
}  # cases for a figure to mean much

app = typer.Typer(add_completion=False)

_RELATIVE = re.compile("今年|去年|明年")


def check_cases(
    case_set: CaseSet, articles: Mapping[str, Article], earlier: Mapping[str, Sequence[Article]] | None = None
) -> list[str]:
    """The faults of a set, one sentence each, in the order of its cases; empty when it is sound.

    `articles` are the cleaned articles by their name in the set. With `earlier`, their superseded revisions, cases
    about superseded values are also held against what used to be said.
    """
    faults = list(_repeated(case_set.cases))
    for case in case_set.cases:
        found = [*_of_tags(case), *_of_form(case), *_of_time(case, articles), *_of_gold(case, articles)]
        if "conflict" in case.tags:
            found += _of_conflict(case, articles)
        if "superseded" in case.tags:
            found += _of_superseded(case, earlier)
        faults += [f"{case.case_id}: {fault}" for fault in found]
    counts = tag_counts(case_set)
    return faults + [
        f"tag {tag} has {counts[tag]} cases; a figure needs at least {fewest}"
        for tag, fewest in FEWEST.items()
        if 0 < counts[tag] < fewest
    ]


def tag_counts(case_set: CaseSet) -> Counter[str]:
    """How many cases carry each tag."""
    return Counter(tag for case in case_set.cases for tag in case.tags)


def _repeated(cases: Sequence[Case]) -> Iterator[str]:
    ids = Counter(case.case_id for case in cases)
    yield from (f"{case_id}: {count} cases have this id" for case_id, count in ids.items() if count > 1)
    first: dict[tuple[object, ...], str] = {}
    for case in cases:
        other = first.setdefault((case.question, case.history, case.as_of), case.case_id)
        if other != case.case_id:
            yield f"{case.case_id}: asks the same as {other}"


def _of_tags(case: Case) -> Iterator[str]:
    if not case.tags:
        yield "has no tags"
    yield from (f"tag {tag!r} is not known" for tag in case.tags if tag not in FEWEST)
    yield from (f"tag {tag!r} is given twice" for tag, count in Counter(case.tags).items() if count > 1)
    kinds = [tag for tag in case.tags if tag in UNANSWERABLE_TAGS]
    if case.answerable and kinds:
        yield f"is answerable, but tagged {kinds[0]}"
    if not case.answerable and len(kinds) != 1:
        yield f"is unanswerable, so it has one of the tags {', '.join(UNANSWERABLE_TAGS)}; found {len(kinds)}"


def _of_form(case: Case) -> Iterator[str]:
    """Facts, gold and history are there where they belong, and only there."""
    for what, given in (("facts", case.facts), ("gold evidence", case.gold)):
        if case.answerable and not given:
            yield f"is answerable, but has no {what}"
        if not case.answerable and given:
            yield f"is unanswerable, but has {what}"
    if any(not fact or not all(wording.strip() for wording in fact) for fact in case.facts):
        yield "has a fact without wordings, or an empty wording"
    if not case.question.strip():
        yield "asks nothing"
    for tag, script in (("traditional", "zh-Hant"), ("english", "en")):
        if tag in case.tags and _script(case.question) != script:
            yield f"is tagged {tag}, but its question is written in {_script(case.question)}"
    roles = [turn.role for turn in case.history]
    if roles != ["user", "assistant"] * (len(roles) // 2):
        yield f"history goes {', '.join(roles)}; expected user and assistant in turn, ending with assistant"
    if ("follow-up" in case.tags) != bool(case.history):
        yield "a case has the tag follow-up when it has a history, and only then"


def _of_time(case: Case, articles: Mapping[str, Article]) -> Iterator[str]:
    """`as_of` is there where words need it, and hides none of the gold evidence."""
    if case.as_of is None:
        if word := _RELATIVE.search(fold(case.question)):
            yield f"says {word[0]} without as_of, which makes the answer depend on the day of the run"
        return
    for name in dict.fromkeys(gold.article for gold in case.gold if gold.article in articles):
        published = articles[name].published
        if published is None or published.day > case.as_of:
            when = f"came out on {published.day}" if published else "has no date"
            yield f"{name} {when}, so it is not seen as of {case.as_of}"


def _of_gold(case: Case, articles: Mapping[str, Article]) -> Iterator[str]:
    for gold in case.gold:
        if gold.article not in articles:
            yield f"there is no article {gold.article}"
        elif not gold.quote.strip() or fold(gold.quote) not in fold(articles[gold.article].text):
            yield f"the quote {gold.quote[:40]!r} is not in the cleaned text of {gold.article}"
        if case.facts and not any(_says(gold.quote, fact) for fact in case.facts):
            yield f"the quote {gold.quote[:40]!r} of {gold.article} holds none of the facts"
        if found := [words for words in case.forbidden if fold(words) in fold(gold.quote)]:
            yield f"{found[0]!r} is forbidden, but stands in the gold quote of {gold.article}"
    for fact in case.facts:
        if fact and case.gold and not any(_says(gold.quote, fact) for gold in case.gold):
            yield f"the fact {' | '.join(fact)} is in none of its gold quotes"


def _of_conflict(case: Case, articles: Mapping[str, Article]) -> Iterator[str]:
    names = list(dict.fromkeys(gold.article for gold in case.gold))
    if len(case.facts) < 2 or len(names) < 2:
        yield "is about a conflict, so it has the facts of at least two articles"
    undated = [name for name in names if name in articles and not articles[name].published]
    yield from (f"is about a conflict, but {name} has no date to tell it by" for name in undated)


def _of_superseded(case: Case, earlier: Mapping[str, Sequence[Article]] | None) -> Iterator[str]:
    if not case.forbidden:
        yield "is about a superseded value, so the old value is forbidden; found nothing forbidden"
    if earlier is None:
        return
    old = fold("\n".join(article.text for gold in case.gold for article in earlier.get(gold.article, ())))
    yield from (f"{words!r} stands in no superseded revision" for words in case.forbidden if fold(words) not in old)


def _script(question: str) -> str:
    """The language of a question; Chinese names in an English sentence do not make it Chinese."""
    latin = sum(character.isascii() and character.isalpha() for character in question)
    return "en" if 2 * latin > len("".join(question.split())) else language(question)


def _says(quote: str, fact: Fact) -> bool:
    return any(holds(quote, wording) for wording in fact)


@app.command()
def main(
    file: Annotated[Path, typer.Argument(help="question set to check")] = QUESTIONS,
    as_json: Annotated[bool, typer.Option("--json", help="print an object")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Check a question set and print its faults."""
    try:
        case_set = load_cases(file)
        with tempfile.TemporaryDirectory() as folder:
            engine = open_set(case_set, Path(folder), settings=load_settings(local_model="none", answerer="quotes"))
            try:
                articles = articles_of(engine)
                faults = check_cases(case_set, articles, earlier_of(engine))
            finally:
                engine.close()
    except JushiError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.exit_code) from error
    if as_json:
        about = {"set": case_set.name, "version": case_set.version, "digest": case_set.digest}
        sizes = {"cases": len(case_set.cases), "articles": len(articles), "tags": tag_counts(case_set)}
        typer.echo(json.dumps({**about, **sizes, "faults": faults}, ensure_ascii=False, indent=1))
    else:
        for fault in faults:
            typer.echo(fault)
        said = f"{len(faults)} faults" if faults else "sound"
        typer.echo(f"{case_set.name} {case_set.version}: {len(case_set.cases)} cases, {len(articles)} articles, {said}")
    if faults:
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
