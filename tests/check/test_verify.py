"""The checker as a whole: properties of every text, the choice of the quote, and the optional models."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.check.sources import Source
from rag.check.verify import Checker
from rag.text.script import to_traditional
from rag.text.sentences import sentences
from rag.types import Span, Verdict

ARTICLE = (
    "青河市统计局6月1日发布公报。2023年，全市地区生产总值1286.4亿元，比上年增长5.7%。其中，第一产业增加值98.3亿元，下降1.2%。\n"
    "全年新建改建公园34个，新增绿地52.6公顷。市园林局局长林海生表示，今年不再新建收费公园。\n"
    "白石县完成投资186亿元，增长11.3%，占全市的24%。清源县有医院17家，床位3,412张，每千人拥有床位6.3张。\n"
    "公报显示，常住居民人均可支配收入40215元，城镇与农村居民收入比由2.31缩小到2.24。受访者中约七成支持延长图书馆开放时间。"
)
SENTENCES = [ARTICLE[span.start : span.end] for span in sentences(ARTICLE)]
FIGURES = [
    (sentence, found.start(), found.end())
    for sentence in SENTENCES
    for found in re.finditer(r"\d[\d,]*(?:\.\d+)?", sentence)
]


def source(text: str = ARTICLE, *, number: int = 1, key: str = "a", unquotable: tuple[Span, ...] = ()) -> Source:
    return Source(
        key=key,
        number=number,
        text=text,
        start=0,
        end=len(text),
        published=date(2024, 6, 2),
        unquotable=unquotable,
    )


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_of_the_source_is_exact(sentence: str) -> None:
    """A sentence that stands in the source is exact and is its own quote."""
    found = Checker().check(sentence, [source()])
    assert (found.verdict, ARTICLE[found.start : found.end]) == (Verdict.EXACT, sentence)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_in_the_other_script_is_carried(sentence: str) -> None:
    """Script makes no difference: the claim in traditional characters has the simplified sentence as its quote."""
    found = Checker().check(to_traditional(sentence), [source()])
    assert found.verdict is not Verdict.UNSUPPORTED
    assert ARTICLE[found.start : found.end] == sentence


@given(choice=st.sampled_from(FIGURES), data=st.data())
@settings(max_examples=120, deadline=None)
def test_another_digit_is_always_caught(choice: tuple[str, int, int], data: st.DataObject) -> None:
    """Whatever digit of whatever figure is changed, the sentence is no longer supported."""
    sentence, start, end = choice
    at = data.draw(st.sampled_from([i for i in range(start, end) if sentence[i].isdigit()]))
    digit = data.draw(st.sampled_from([d for d in "123456789" if d != sentence[at]]))
    found = Checker().check(sentence[:at] + digit + sentence[at + 1 :], [source()])
    assert found.verdict is Verdict.UNSUPPORTED


@given(st.text(alphabet="青河市年增长下降不没有万亿%12.，。“”（）\n abc县", max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_claim_gets_a_quote_of_whole_sentences_or_none(claim: str) -> None:
    """Whatever is claimed, a quote begins and ends where sentences do."""
    found = Checker().check(claim, [source()])
    if found.source is None:
        assert found.verdict is Verdict.UNSUPPORTED
        return
    spans = sentences(ARTICLE)
    assert found.start in {span.start for span in spans}
    assert found.end in {span.end for span in spans}
    assert 0 <= found.score <= 1


def test_the_quote_is_the_shortest_run_that_carries_the_claim() -> None:
    """One sentence is quoted where one is enough, two where the claim draws on both."""
    one = Checker().check("清源县有医院17家。", [source()])
    assert ARTICLE[one.start : one.end] == "清源县有医院17家，床位3,412张，每千人拥有床位6.3张。"
    two = Checker().check("白石县完成投资186亿元，清源县有医院17家。", [source()])
    assert two.verdict is Verdict.SUPPORTED
    assert ARTICLE[two.start : two.end].startswith("白石县完成")
    assert ARTICLE[two.start : two.end].endswith("6.3张。")


def test_a_claim_that_the_cited_source_lacks_is_taken_from_the_one_that_has_it() -> None:
    """The citation moves to the source that carries the claim, and the reason says so."""
    other = source("青河市气象台说，周末多云。", number=2, key="b")
    found = Checker().check("清源县有医院17家。", [source(), other], cited=(2,))
    assert found.source is not None
    assert (found.source.number, found.verdict) == (1, Verdict.EXACT)
    assert found.reason.startswith("moved")


def test_of_two_sources_that_carry_a_claim_the_cited_one_is_quoted() -> None:
    """A cited source is preferred to another that says the same."""
    twin = source("昨日消息：清源县有医院17家。", number=2, key="b")
    found = Checker().check("清源县有医院17家。", [source(), twin], cited=(2,))
    assert found.source is not None
    assert found.source.number == 2


def test_damaged_sentences_are_never_quoted() -> None:
    """What touches an unquotable span carries nothing, nor does what follows it in its sentence."""
    at = ARTICLE.index("床位3,412张")
    found = Checker().check("清源县有床位3412张。", [source(unquotable=(Span(start=at, end=at + 2),))])
    assert found.verdict is Verdict.UNSUPPORTED


def test_of_a_damaged_sentence_the_beginning_carries() -> None:
    """What stands before the damage, up to a comma."""
    text = "大桥2022年7月开工，施工用了38个月，由��第三工程局承建。"
    damage = Span(start=text.index("��"), end=text.index("��") + 2)
    sources = [source(text, unquotable=(damage,))]
    found = Checker().check("大桥于2022年7月开工。", sources)
    assert (found.verdict, text[found.start : found.end]) == (Verdict.SUPPORTED, "大桥2022年7月开工，施工用了38个月，")
    assert Checker().check("大桥由第三工程局承建。", sources).verdict is Verdict.UNSUPPORTED


def test_nothing_retrieved_means_unsupported_without_a_quote() -> None:
    """Without sources there is neither quote nor support."""
    found = Checker().check("清源县有医院17家。", [])
    assert (found.verdict, found.source, found.reason.split(":")[0]) == (Verdict.UNSUPPORTED, None, "absent")


def test_the_sentence_beside_the_retrieved_stretch_is_found() -> None:
    """The paragraph around a stretch is searched when the stretch itself does not carry the claim."""
    start = ARTICLE.index("清源县")
    near = Source(key="a", number=1, text=ARTICLE, start=start, end=start + 20, published=date(2024, 6, 2))
    found = Checker().check("白石县完成投资186亿元。", [near])
    assert ARTICLE[found.start : found.end].startswith("白石县完成")


def test_similarity_is_asked_once_and_saves_wording_but_no_figure() -> None:
    """A model that finds everything alike turns missing words into a part, and a wrong figure stays wrong."""
    calls: list[int] = []

    def alike(_: str, quotes: Sequence[str]) -> list[float]:
        calls.append(len(quotes))
        return [0.99] * len(quotes)

    checker = Checker(similarity=alike)
    wrong = checker.check("清源县有医院18家。", [source()])
    assert wrong.verdict is Verdict.UNSUPPORTED
    assert calls == []
    plain = Checker().check("局长林海生强调，今年停止建造收费公园。", [source()])
    helped = checker.check("局长林海生强调，今年停止建造收费公园。", [source()])
    assert plain.verdict is Verdict.UNSUPPORTED or plain.reason.startswith("wording")
    assert len(calls) <= 1
    assert helped.verdict is not Verdict.EXACT


def test_a_model_that_refutes_a_claim_is_believed() -> None:
    """A low probability of entailment makes a supported claim unsupported."""
    found = Checker(entailment=lambda quote, claim: 0.1).check("清源县有17家医院。", [source()])
    assert (found.verdict, found.reason) == (Verdict.UNSUPPORTED, "entailment: 0.10")


def test_one_quote_is_compared_by_itself() -> None:
    """`compare` judges against the given quote only."""
    quote = "白石县完成投资186亿元，增长11.3%，占全市的24%。"
    assert Checker().compare("白石县投资增长11.3%。", quote, source())[0] is Verdict.SUPPORTED
    verdict, reason = Checker().compare("清源县有医院17家。", quote, source())
    assert verdict is Verdict.UNSUPPORTED
    assert reason
    with pytest.raises(ValueError, match="substring"):
        Checker().compare("清源县有医院17家。", "没有的一句。", source())


def test_a_claim_is_checked_quickly() -> None:
    """Once its sources have been read, a claim costs less than 50 ms even on a busy machine (20 ms when idle)."""
    many = [
        source(ARTICLE.replace("青河", name), number=n, key=name) for n, name in enumerate(("青河", "南江"), start=1)
    ]
    checker = Checker()
    claims = ["白石县完成投资186亿元。", "清源县有17家医院。", "第一产业增加值下降1.2%。"]
    for claim in claims:
        checker.check(claim, many)
    took = []
    for _ in range(5):
        began = time.process_time()
        for claim in claims:
            checker.check(claim, many)
        took.append((time.process_time() - began) / len(claims))
    assert min(took) < 0.05
