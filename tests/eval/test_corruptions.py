"""Rules that make sentences false, or say them otherwise: what they make of invented sentences."""

from __future__ import annotations

import random

import pytest

from eval.checking import wilson
from eval.corruptions import FALSE, RARE
from eval.rewordings import TRUE, spell
from eval.statements import Story, head, is_really_false

BEFORE = "白石县完成投资186亿元。"
SENTENCE = "据悉，青河市2023年新建公园34个，绿地面积增长5.7%，尚未发布明年计划。"
AFTER = "清源县新建公园12个。"


def story(sentence: str = SENTENCE, *, before: str = BEFORE, after: str = AFTER) -> Story:
    return Story(
        sentence=sentence,
        before=before,
        after=after,
        article=before + sentence + after,
        places=("青河市", "白石县", "临海市"),
        persons=("林海生",),
    )


def made(rules: str, sentence: str = SENTENCE, *, before: str = BEFORE, after: str = AFTER) -> set[str | None]:
    """What a rule makes of a sentence for many seeds."""
    rule = {**TRUE, **FALSE}[rules]
    return {rule(story(sentence, before=before, after=after), random.Random(seed)) for seed in range(40)}


@pytest.mark.parametrize(
    ("kind", "sentence", "expected"),
    [
        ("lead-in left out", "据悉，青河市新建公园34个，面积不小。", "青河市新建公园34个，面积不小。"),
        ("percent in words", "绿地增长5.7%。", "绿地增长百分之五点七。"),
        ("number notation", "投资12000元。", "投资1.2万元。"),
        ("count before the noun", "白石县现有小学46所。", "白石县现有46所小学。"),
        ("pronoun for place", "青河市新建公园。", None),
        ("date moved", "2023年，公园新增绿地。", "公园2023年新增绿地。"),
        ("unit changed", "绿地增长5.7%。", "绿地增长5.7个百分点。"),
        ("direction flipped", "绿地增长5.7%。", "绿地下降5.7%。"),
        ("hedge changed", "近400人参加。", "超过400人参加。"),
        ("negation left out", "市政府尚未公布计划。", "市政府公布计划。"),
        ("negated", "市政府公布了新计划。", "市政府没有公布了新计划。"),
    ],
)
def test_what_a_rule_makes(kind: str, sentence: str, expected: str | None) -> None:
    """Each rule changes what its name says, and nothing else."""
    found = made(kind, sentence)
    if expected is None:
        assert found <= {None, "该市新建公园。"}
    else:
        assert expected in found


def test_a_changed_number_differs_in_one_digit_and_is_nowhere_in_the_article() -> None:
    """The figures that the rule makes are not told anywhere."""
    for text in made("number changed"):
        assert text is not None
        assert len(text) == len(SENTENCE)
        assert sum(a != b for a, b in zip(text, SENTENCE, strict=True)) == 1


def test_a_figure_is_taken_from_a_neighbour_of_the_same_unit() -> None:
    """34个 becomes 12个, since the sentence behind tells that of another county; 186亿元 has no place here."""
    assert made("figure from a neighbour") == {SENTENCE.replace("34个", "12个")}


def test_two_figures_of_a_unit_change_places() -> None:
    """Each figure stands where the other stood."""
    assert made("figures exchanged", "小学有46所，中学有12所。") == {"小学有12所，中学有46所。"}


def test_what_the_article_says_elsewhere_is_not_false() -> None:
    """A made sentence that stands in the article is left out, punctuation and script aside."""
    assert not is_really_false("清源縣新建公園12個", story())
    assert is_really_false("清源县新建公园34个", story())


def test_the_subject_of_a_sentence_is_its_opening_noun_phrase() -> None:
    """A sentence that opens with something else has none."""
    assert head("第一产业增加值下降。") in {"", "产业增加值"}
    assert head("机场客流下降。") == "机场客流"
    assert head("因为下雨，比赛推迟。") == ""


def test_rare_kinds_are_kinds() -> None:
    """What is drawn first exists."""
    assert set(RARE) <= {*TRUE, *FALSE}


def test_wilson_interval_of_a_known_table() -> None:
    """Nine of ten: (0.596, 0.982), as in Wilson's formula by hand; nothing of nothing is unknown."""
    low, high = wilson(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert wilson(0, 0) == (0.0, 1.0)


def test_numerals_are_spelled_as_they_are_read() -> None:
    """15 is 十五, 305 is 三百零五."""
    assert [spell(value) for value in (15, 20, 305, 1010)] == ["十五", "二十", "三百零五", "一千零一十"]
