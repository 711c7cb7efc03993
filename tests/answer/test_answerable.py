"""Whether the evidence answers: copies of a story are no second opinion."""

from __future__ import annotations

from rag.answer.answerable import ANSWERABLE_FEATURES, answerable_features
from rag.answer.calibration import calibration
from rag.answer.sentences import rank
from rag.answer.view import view
from rag.text.script import fold
from rag.text.words import content_words
from rag.types import ArticleInfo, Evidence, Passage, Signals

QUESTION = "云溪县第二实验学校可提供多少个学位？"
STORY = (
    "云溪县第二实验学校3月2日举行落成典礼。学校占地86亩，总投资1.9亿元，可提供学位2160个。"
    "校长叶青表示，新校区将于今年9月投入使用，首批招收一年级和七年级学生。"
)
REPRINT = STORY.replace("表示", "介绍").replace("3月2日", "日前")
OTHER = "云溪县第一中学4月8日举行运动会，全校学生参加了田径、篮球等12个项目的比赛，共有两千多人到场观看。"


def _evidence(number: int, text: str, score: float) -> Evidence:
    name = f"article-{number}"
    passage = Passage(
        passage_id=number, article_id=name, revision="r", ordinal=0, start=0, end=len(text), text=text, title=""
    )
    info = ArticleInfo(
        article_id=name, revision="r", title="", name=name, url=None, publisher=None, published=None, passages=1,
        reprints=0,
    )  # fmt: skip
    signals = Signals(fused=score, dense=0.8, lexical=5 * score)
    return Evidence(number=number, passage=passage, article=info, score=score, signals=signals)


def _features(*texts: str) -> dict[str, float]:
    seen = view(QUESTION, dict.fromkeys(content_words(QUESTION), 1.0))
    scores = (4.0, 3.9, 1.0)
    evidence = [_evidence(i, text, score) for i, (text, score) in enumerate(zip(texts, scores, strict=True), start=1)]
    ranked = rank(seen, evidence, calibration().sentence)
    found = answerable_features(seen, evidence, ranked, similarity=0.9, article=fold(STORY))
    return dict(zip(ANSWERABLE_FEATURES, found, strict=True))


def test_margins_are_those_to_another_story() -> None:
    """A copy with another verb and without the day takes nothing from how far the story is ahead; another does."""
    copied, rivalled = _features(STORY, REPRINT, OTHER), _features(STORY, OTHER, OTHER)
    assert copied["fused_margin"] == 3.0
    assert copied["lexical_gap"] == 15.0
    assert copied["sentence_gap"] > 0.3
    assert round(rivalled["fused_margin"], 6) == 0.1
    assert round(rivalled["lexical_gap"], 6) == 0.5
