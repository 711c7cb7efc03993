"""Why a question is not answered: a reason from the fixed list, a sentence to read, and the nearest passages."""

from __future__ import annotations

from collections.abc import Sequence

import rjieba

from rag.answer.answerable import passage_key
from rag.answer.present import article_path
from rag.answer.sentences import Sentence
from rag.answer.subject import missing_dates, missing_places
from rag.answer.view import QuestionView
from rag.search.plan import Plan
from rag.search.retriever import Retrieval
from rag.text.script import fold, language, to_traditional
from rag.types import Article, Nearest, Refusal, RefusalReason

_NEAREST = 3
_LITTLE = 0.35  # share of the question's word weight below which the evidence is about something else
_MUCH = 0.6

_MESSAGES = {
    RefusalReason.EMPTY_STORE: "还没有可供检索的文章，或筛选条件没有留下任何文章。",
    RefusalReason.NO_EVIDENCE: "现有文章没有谈到这个问题。",
    RefusalReason.WEAK_EVIDENCE: "现有文章只谈到相近的内容，不足以回答这个问题。",
    RefusalReason.OTHER_PLACE: "现有文章没有关于“{missing}”的这项内容，相近的内容说的是别处。",
    RefusalReason.OTHER_TIME: "现有文章没有说到“{missing}”的情况，相近的内容说的是别的时间。",
    RefusalReason.ABSENT_ATTRIBUTE: "现有文章谈到了相关对象，但没有说到“{missing}”。",
    RefusalReason.UNSUPPORTED: "写出的回答没有一句能在文章中找到依据，因此不予回答。",
}


_ENGLISH = {
    RefusalReason.EMPTY_STORE: "There are no articles to search yet, or the filters leave none.",
    RefusalReason.NO_EVIDENCE: "The articles say nothing about this.",
    RefusalReason.WEAK_EVIDENCE: "The articles speak only of similar matters, which is not enough to answer this.",
    RefusalReason.OTHER_PLACE: "The articles do not say this about “{missing}”; what is similar is about other places.",
    RefusalReason.OTHER_TIME: "The articles say nothing of this for “{missing}”; what is similar is of another time.",
    RefusalReason.ABSENT_ATTRIBUTE: "The articles speak of the subject, but do not say this: “{missing}”.",
    RefusalReason.UNSUPPORTED: "No sentence of what was written could be found in the articles, so it is not given.",
}


def empty_store(plan: Plan) -> Refusal:
    """The refusal when there is nothing to search."""
    return Refusal(reason=RefusalReason.EMPTY_STORE, message=_message(RefusalReason.EMPTY_STORE, plan))


def refuse(view: QuestionView, retrieval: Retrieval, ranked: Sequence[Sentence], nearest: Article) -> Refusal:
    """The refusal for weak evidence; `nearest` is the article that holds the best sentence."""
    covered = max((view.coverage(passage_key(item)) for item in retrieval.evidence), default=0.0)
    if covered < _LITTLE:
        reason, missing = RefusalReason.NO_EVIDENCE, ""
    else:
        reason, missing = _what_is_missing(view, nearest, covered)
    return Refusal(reason=reason, message=_message(reason, retrieval.plan, missing), nearest=_nearest(ranked))


def refuse_after_writing(plan: Plan, ranked: Sequence[Sentence], *, wrote: bool) -> Refusal:
    """The refusal when a model was asked: it found no answer, or `wrote` one of which no sentence survived checking."""
    reason = RefusalReason.UNSUPPORTED if wrote else RefusalReason.WEAK_EVIDENCE
    return Refusal(reason=reason, message=_message(reason, plan), nearest=_nearest(ranked))


def _what_is_missing(view: QuestionView, article: Article, covered: float) -> tuple[RefusalReason, str]:
    if places := missing_places(view, article):
        return RefusalReason.OTHER_PLACE, places[0].word
    if dates := missing_dates(view, article):
        return RefusalReason.OTHER_TIME, dates[0]
    if covered < _MUCH:
        return RefusalReason.WEAK_EVIDENCE, ""
    absent = {word: weight for word, weight in view.missing(fold(article.text)).items() if _can_be_told(word)}
    wanted = {word: weight for word, weight in absent.items() if word in view.focus} or absent
    if not wanted:
        return RefusalReason.WEAK_EVIDENCE, ""
    return RefusalReason.ABSENT_ATTRIBUTE, max(wanted, key=lambda word: wanted[word])


def _can_be_told(word: str) -> bool:
    """A word that a reader knows: not a single character, and not one that the cutter made up of parts of others."""
    return len(word) > 1 and (rjieba.has_word(word) or not word.isalpha() or word.isascii())


def _nearest(ranked: Sequence[Sentence]) -> tuple[Nearest, ...]:
    """The best sentence of each of the nearest articles."""
    found: dict[str, Nearest] = {}
    for sentence in ranked:
        info = sentence.evidence.article
        found.setdefault(
            info.article_id,
            Nearest(
                article_id=info.article_id,
                title=info.title,
                url=info.url or article_path(info.article_id),
                quote=sentence.text,
                score=round(sentence.score, 4),
            ),
        )
        if len(found) == _NEAREST:
            break
    return tuple(found.values())


def _message(reason: RefusalReason, plan: Plan, missing: str = "") -> str:
    """The sentence of a refusal, in the language and the script of the user's own question."""
    if plan.english:
        return _ENGLISH[reason].format(missing=plan.in_words_of_user(missing))
    message = _MESSAGES[reason].format(missing=missing)
    return to_traditional(message) if language(plan.asked) == "zh-Hant" else message
