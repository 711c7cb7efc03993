"""What a model is given to read: whole sentences around the best ones, no more than the budget."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answer.answerer import Looked, QuotesAnswerer
from rag.answer.material import Excerpt, estimate_tokens, select
from rag.config import load_settings
from rag.engine import Engine
from rag.types import Media, Question, RawDocument, Span
from rag.wiring import open_engine


def looked(engine: Engine, question: str) -> Looked:
    answerer = engine.answerers["quotes"]
    assert isinstance(answerer, QuotesAnswerer)
    with engine.store.snapshot() as snapshot:
        found = answerer.look(snapshot, Question(text=question))
        for sentence in found.assessment.ranked:  # read before the snapshot ends
            found.articles.get(sentence.evidence.passage.article_id)
    return found


def chosen(engine: Engine, question: str, budget: int) -> tuple[Excerpt, ...]:
    found = looked(engine, question)
    return select(found.assessment.ranked, found.articles, budget=budget)


def test_the_best_sentence_comes_first_with_its_neighbours(engine: Engine) -> None:
    """A small budget holds the sentence that answers and the ones beside it, as they stand in the article."""
    (excerpt,) = chosen(engine, "临河区普惠性幼儿园覆盖率是多少？", 60)
    assert (excerpt.number, excerpt.article.article_id) == (1, "linhe")
    assert "覆盖率达到91.5%" in excerpt.text
    assert "新增学位3600个。" in excerpt.text
    assert excerpt.article.text[excerpt.start : excerpt.end].startswith(excerpt.text[:10])


@pytest.mark.parametrize("budget", [80, 160, 320])
def test_the_budget_is_kept(engine: Engine, budget: int) -> None:
    """After the first sentence, which always comes, nothing goes over the budget; articles are numbered from 1."""
    found = chosen(engine, "临河区教育局局长是谁？", budget)
    first = found[0].spans[0]
    sizes = [estimate_tokens(e.article.text[s.start : s.end]) for e in found for s in e.spans]
    assert sum(sizes) <= max(budget, estimate_tokens(found[0].article.text[first.start : found[0].end]))
    assert [excerpt.number for excerpt in found] == list(range(1, len(found) + 1))
    assert len({excerpt.article.article_id for excerpt in found}) == len(found)


def test_a_gap_is_shown(engine: Engine) -> None:
    """Sentences that do not follow each other are joined by an ellipsis, those that do are not."""
    found = chosen(engine, "临河博物馆新馆的青铜器有多少件？", 400)
    museum = next(excerpt for excerpt in found if excerpt.article.article_id == "museum")
    assert "……" not in museum.text
    apart = Excerpt(number=1, article=museum.article, spans=(museum.spans[0], museum.spans[-1]))
    assert apart.text.count("……") == (1 if len(museum.spans) > 2 else 0)


def test_damaged_sentences_are_left_out(engine: Engine) -> None:
    """What cannot be quoted is not shown to a model either."""
    found = looked(engine, "临河区普惠性幼儿园覆盖率是多少？")
    whole = found.articles.get("linhe")
    start = whole.text.index("2023年，临河区新建幼儿园")
    found.articles._read["linhe"] = replace(whole, damaged=(Span(start=start, end=start + 4, reason="test"),))
    (excerpt, *_) = select(found.assessment.ranked, found.articles, budget=200)
    assert "新建幼儿园12所" not in excerpt.text
    assert "覆盖率达到91.5%" in excerpt.text


def test_a_row_of_a_table_is_shown_as_it_is_quoted(tmp_path: Path) -> None:
    """Without its outer bars, beside its neighbours."""
    table = """# 安源区晒出教育成绩单

安源区教育局今天公布本年度的教育指标，全区义务教育学校的办学条件继续改善。

| 指标 | 数量 |
| --- | --- |
| 新增学位 | 5000个 |
| 受益家庭 | 2万个 |

教育局负责人表示，这些指标都已经写进区里的民生实事清单，年底前全部完成。
"""
    engine = open_engine(load_settings(data=tmp_path, local_model="none"))
    engine.pipeline().ingest([RawDocument(name="table.md", data=table.encode(), media=Media.MARKDOWN)])
    (excerpt,) = chosen(engine, "安源区新增多少个学位？", 60)
    engine.close()
    assert "新增学位 | 5000个" in excerpt.text
    assert "| 新增" not in excerpt.text


def test_tokens_are_estimated_by_script() -> None:
    """A digit weighs more than a Han character, and that more than a Latin letter."""
    assert estimate_tokens("普惠性幼儿园覆盖率") == 7
    assert estimate_tokens("abcdefghij") == 5
    assert estimate_tokens("20231211") == 9
