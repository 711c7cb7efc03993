"""Loading reading-comprehension sets, hiding paragraphs, near misses, and judging quotes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.fakes import HashingEncoder
from eval.asking import Case, near_miss
from eval.calibrate import fit_answerable
from eval.hiding import Hiding
from eval.keys import key
from eval.quoting import holds_gold
from eval.squad import Asked, load_squad
from rag.answer.answerable import ANSWERABLE_FEATURES
from rag.answer.view import view
from rag.errors import InputError
from rag.ingest.pipeline import Pipeline
from rag.store.fakes import MemoryStore
from rag.types import Answer, Citation, Filters, Media, RawDocument, Status, Trace, Verdict

_ASKED = Asked(
    question_id="q", question="滨河大桥哪一年通车？", paragraph_id="p-0", answers=("2019年",), answer_start=5
)


def test_a_squad_file_is_read(tmp_path: Path) -> None:
    """Paragraph ids carry the file's name; answers and offsets are kept."""
    file = tmp_path / "tiny.json"
    content = {
        "data": [
            {
                "title": "大桥",
                "paragraphs": [
                    {
                        "context": "滨河大桥于2019年通车。",
                        "qas": [
                            {
                                "id": "q1",
                                "question": "哪一年通车？",
                                "answers": [{"text": "2019年", "answer_start": 5}],
                            }
                        ],
                    }
                ],
            }
        ]
    }
    file.write_text(json.dumps(content), encoding="utf-8")
    loaded = load_squad(file)
    assert loaded.paragraphs[0].paragraph_id == "tiny-0"
    assert loaded.questions[0].answers == ("2019年",)
    assert loaded.paragraphs[0].text[5:10] == "2019年"


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"data": [{"paragraphs": [{}]}]}', '{"data": [{"paragraphs": {}}]}', '{"data": [1]}']
)
def test_another_shape_is_named(tmp_path: Path, content: str) -> None:
    """What is no such file is refused with its name."""
    file = tmp_path / "odd.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"odd\.json"):
        load_squad(file)


def test_hidden_articles_are_not_found() -> None:
    """Both searches skip the hidden article and still give as many hits as there are."""
    encoder = HashingEncoder()
    store = MemoryStore(encoder=encoder.spec)
    texts = {"a": "滨河大桥于2019年通车。", "b": "滨河大桥由林工设计。", "c": "博物馆开放。"}
    Pipeline(store=store, encoder=encoder).ingest(
        [RawDocument(name=n, data=t.encode(), media=Media.TEXT, article_id=n) for n, t in texts.items()]
    )
    with store.snapshot() as snapshot:
        hiding = Hiding(snapshot, ["a"])
        gone = {passage.passage_id for passage in snapshot.passages_of("a")}
        vector = encoder.encode_queries(["大桥通车"])[0]
        dense = hiding.search_dense(vector, 2, Filters())
        lexical = hiding.search_lexical(["大桥", "滨河"], 2, Filters())
        assert len(dense) == 2
        assert {hit.passage_id for hit in (*dense, *lexical)}.isdisjoint(gone)
        assert hiding.generation == snapshot.generation  # type: ignore[attr-defined]  # passed on


def test_near_misses_exchange_a_name_or_the_word_asked_about() -> None:
    """The new word comes from another question and does not stand in the paragraph."""
    named = replace(_ASKED, question="成都哪一年通车？")
    assert near_miss(named, "成都于2019年通车。", ["重庆哪一年通车？"]) == "重庆哪一年通车?"
    assert near_miss(named, "成都和重庆于2019年通车。", ["重庆哪一年通车？"]) is None


def test_gold_is_judged_on_letters_and_digits() -> None:
    """Punctuation, width and script do not decide whether a quote holds the gold answer."""
    assert key("「２０１９」年。") == "2019年"
    citation = Citation(
        number=1,
        article_id="p-0",
        revision="r",
        title="",
        url="/articles/p-0",
        published_at=None,
        publisher=None,
        quote="大橋於2019 年通車。",
        text="大橋於2019 年通車。",
        source_start=0,
        source_end=11,
        verdict=Verdict.EXACT,
    )
    trace = Trace(answerer="quotes", generation=1, settings="", query="")
    answer = Answer(status=Status.ANSWERED, text="大橋於2019 年通車。[1]", citations=(citation,), trace=trace)
    assert holds_gold(_ASKED, answer)
    assert not holds_gold(replace(_ASKED, answers=("2018年",)), answer)


def test_the_fit_learns_what_separates() -> None:
    """On rows where one feature alone tells the classes apart, its weight has the right sign and the model is right."""
    blank = view("", {})
    cases = [
        Case(
            asked=_ASKED,
            kind="answerable" if i % 2 else "withheld",
            fold=0,
            view=blank,
            retrieval=None,  # type: ignore[arg-type]  # the fit looks at rows only
            sentences=(),
            gold=(),
        )
        for i in range(40)
    ]
    rows = np.zeros((40, len(ANSWERABLE_FEATURES)))
    rows[:, 0] = [float(i % 2) for i in range(40)]
    model = fit_answerable(cases, rows, ANSWERABLE_FEATURES)
    assert model.weights[0] > 1
    assert model.probability(rows[1]) > 0.8
    assert model.probability(rows[0]) < 0.2
