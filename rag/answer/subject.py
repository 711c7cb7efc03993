"""Whose figure is it, and of when: the place and the time that a question names must be those of the quote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from rjieba import has_word

from rag.answer.expect import Kind, holds
from rag.answer.sentences import Sentence
from rag.answer.view import QuestionView
from rag.text.dates import find_dates
from rag.text.script import fold
from rag.text.sentences import sentences
from rag.text.words import Name
from rag.types import Article

_LEAD = 2  # sentences of an article that say what it is about
_OFTEN = 3  # mentions that make a place one of the article's subjects
_EVERYWHERE = frozenset({"中国", "全国", "我国", "世界", "全球"})
_AND = re.compile(r"[和与及跟、]|分别|相比|还是|哪个更|各")
_JOINS = frozenset("和与及跟")
_FITTING = 0.8  # what `holds` gives for a number whose unit fits, or where the question names none
_SURE = 0.85  # from this probability on, a number may be that of something the question words differently
_TITLE = re.compile(r"[“‘《「『\"](?P<title>[^”’》」』\"]{3,30})[”’》」』\"]")
_LIKE = 0.6  # share of a title's character pairs from which on it counts as standing in a text
_RATE = re.compile(
    r"(?P<of>(?:(?!率)[\u4e00-\u9fff]){2})率+(?:是|为|有|达到?|占|约|大概|大约)*(?:多少|多大|多高|几|百分之几|[?？]?$)"
)
_ENOUGH = 0.4  # share of the question's word weight that makes up for another word where the question asks
_PERIOD = re.compile(
    r"\d+月?-\d+月|第[\d一二三四五六七八九十百]+[届季]|第[\d二三四五六七八九十百]+[次期]|[一二三四]季度|前[一二三两\d]季度|[上下]半年"
)
_RANGE = re.compile(r"(?<=[\d月])[—–~～至到-]+(?=\d)")
_SIGNED = frozenset({"copyright", "credit"})  # removed lines that name the publisher


def missing_places(view: QuestionView, article: Article) -> list[Name]:
    """The places and bodies that the question names and the article, its title and its publisher do not.

    Of places that stand together (`江西省萍乡市安源区`) only the last must be there. A question about several places
    (`安源区和东部新区`) is met by an article about one of them.
    """
    asked = _places(view)
    if not asked:
        return []
    key = f"{_about(article)} {_folded(article.text)}"
    missing = [name for name in asked if not name.stands_in(key)]
    return [] if _is_about_several(view) and len(missing) < len(asked) else missing


def missing_dates(view: QuestionView, article: Article) -> list[str]:
    """The dates and periods of the question, as it says them, that the article neither names nor was published in."""
    key = _even(article.text)
    missing = [said for said in _PERIOD.findall(_even(view.text)) if said not in key]
    if not view.dates:
        return missing
    day = article.published.day if article.published else None
    known = [(mention.first, mention.last) for mention in find_dates(article.text, reference=day)]
    if day:
        known.append((day, day))
    return missing + [
        said
        for asked in view.dates
        if (said := view.text[asked.start : asked.end])
        and _even(said) not in key
        and not any(first <= asked.last and asked.first <= last for first, last in known)
    ]


def missing_titles(view: QuestionView, article: Article) -> list[str]:
    """What the question sets in quotation marks, when nothing like any of it stands in the article."""
    asked = [match["title"] for match in _TITLE.finditer(view.key)]
    key = f"{_about(article)} {_folded(article.text)}"
    missing = [title for title in asked if shared_pairs(title, key) < _LIKE]
    return missing if len(missing) == len(asked) else []


def shared_pairs(text: str, key: str) -> float:
    """Share of the character pairs of `text` that stand in `key`; 0 where it has none."""
    pairs = [a + b for a, b in pairwise(text)]
    return sum(pair in key for pair in pairs) / len(pairs) if pairs else 0.0


def _even(text: str) -> str:
    """Folded text in which all signs and words of a range are one."""
    return _RANGE.sub("-", _folded(text))


def speaks_of(view: QuestionView, article: Article) -> bool:
    """False when the article lacks a place, a date or a title of the question, or the role of the person asked for."""
    if missing_places(view, article) or missing_dates(view, article) or missing_titles(view, article):
        return False
    return not view.role or view.role in _folded(f"{article.title} {article.text}")


def counts_what_is_asked(view: QuestionView, chosen: Iterable[Sentence]) -> bool:
    """False when a question for a number names what is counted and no chosen sentence does."""
    return not view.counted or any(view.counted in fold(sentence.text) for sentence in chosen)


def has_fitting_unit(view: QuestionView, chosen: Iterable[Sentence]) -> bool:
    """False when a number is asked for and no chosen sentence has one in a unit that fits."""
    if view.expected.kind is not Kind.NUMBER:
        return True
    return any(holds(sentence.text, view.expected, question=view.key) >= _FITTING for sentence in chosen)


def belongs(view: QuestionView, sentence: Sentence, article: Article) -> bool:
    """Whether a figure in `sentence` can be that of the places and the year that the question names.

    A place counts when it stands in the sentence or before it in its paragraph, or is what the whole article is about:
    named in the title, by the publisher, in the opening sentences, or again and again. One of several places that are
    asked about together (`安源区和东部新区`) is enough. A sentence that names other years than the one asked about does
    not belong.
    """
    if not is_of_the_year(view, sentence, article):
        return False
    places = _places(view)
    if not places:
        return True
    line = article.text.rfind("\n", 0, sentence.start) + 1
    near = fold(article.text[line : sentence.end])
    about = topic(article)
    text = _folded(article.text)
    given = (name.stands_in(near) or name.stands_in(about) or text.count(name.stem) >= _OFTEN for name in places)
    return any(given) if _is_about_several(view) else all(given)


def is_answered_by(view: QuestionView, chosen: Sequence[Sentence], probability: float) -> bool:
    """Whether sentences give what is asked; `probability` is how likely the evidence answers at all.

    Where a number is asked for, what is counted must stand in one of them, or the evidence be nearly certain and the
    unit fit. Nearly certain sentences of one article may also give it together: one the matter, the other the figure.
    """
    sure = probability >= _SURE and has_fitting_unit(view, chosen)
    if (sure or counts_what_is_asked(view, chosen)) and gives_what_is_asked(view, chosen):
        return True
    of_one = len({sentence.evidence.passage.article_id for sentence in chosen}) == 1
    together = fold(" ".join(sentence.text for sentence in chosen))
    return sure and of_one and bool(view.expected.units) and view.coverage(together) >= _ENOUGH


def gives_what_is_asked(view: QuestionView, chosen: Iterable[Sentence]) -> bool:
    """False when a number, a date or a body is asked for and no chosen sentence both holds one and is to the point.

    What the question itself says does not count. A figure of a rate (`供给率`) is that of the rate that is named.
    """
    if view.expected.kind not in {Kind.NUMBER, Kind.DATE, Kind.BODY}:
        return True
    rate = _RATE.search(view.key)
    return any(
        holds(sentence.text, view.expected, question=view.key) > 0
        and _is_to_the_point(view, fold(sentence.text))
        and (not rate or rate["of"] in fold(sentence.text))
        for sentence in chosen
    )


def _is_to_the_point(view: QuestionView, key: str) -> bool:
    """The sentence holds a word that is asked about, or two characters of one, or much of the question besides."""
    if view.coverage(key) >= _ENOUGH or view.focus_coverage(key) > 0:
        return True
    return any(a + b in key for word in view.focus for a, b in pairwise(word))


def _is_about_several(view: QuestionView) -> bool:
    return len(_places(view)) > 1 and _AND.search(view.key) is not None


def _places(view: QuestionView) -> list[Name]:
    """The places and bodies of the question, without those that only say where the next one lies."""
    asked = [name for name in view.names if name.kind in {"place", "body"} and name.word not in _EVERYWHERE]
    asked = [_parted(name, asked, view.key) for name in asked]
    return [name for name in asked if not any(name.word + other.word in view.key for other in asked)]


def _parted(name: Name, asked: list[Name], key: str) -> Name:
    """A place without the `和` that the tagger has joined to it (`临河区|和永昌镇`); 和田 keeps its own."""
    rest = replace(name, word=name.word[1:])
    joined = name.word[0] in _JOINS and len(rest.stem) > 1 and has_word(rest.stem)
    return rest if joined and any(other.word + name.word in key for other in asked) else name


@lru_cache(maxsize=256)
def _folded(text: str) -> str:
    """Articles are looked at once for each of their sentences."""
    return fold(text)


def topic(article: Article) -> str:
    """Folded title, publisher and opening sentences: what every sentence of an article is about."""
    return f"{_about(article)} {_folded(_lead(article))}"


def _about(article: Article) -> str:
    return _folded(f"{article.title} {article.publisher or ''} {_signature(article)}")


def _signature(article: Article) -> str:
    """What the page says of its publisher outside the story."""
    return " ".join(article.source_text[span.start : span.end] for span in article.removed if span.reason in _SIGNED)


def _lead(article: Article) -> str:
    return _first_sentences(article.text[:1_000])


@lru_cache(maxsize=256)
def _first_sentences(text: str) -> str:
    spans = sentences(text)[:_LEAD]
    return text[: spans[-1].end] if spans else ""


def is_of_the_year(view: QuestionView, sentence: Sentence, article: Article) -> bool:
    """False when the sentence names times, and none of them meets a time that the question names."""
    if not view.dates:
        return True
    said = find_dates(sentence.text, reference=article.published.day if article.published else None)
    return not said or any(a.first <= b.last and b.first <= a.last for a in view.dates for b in said)
