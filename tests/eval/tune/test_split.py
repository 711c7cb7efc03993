"""The two parts of a set."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from eval.cases import QUESTIONS, Case, Gold, load_cases
from eval.tune.split import groups, parse_split, split
from rag.errors import InputError


def case(name: str, *articles: str) -> Case:
    gold = tuple(Gold(article=article, quote="。") for article in articles)
    return Case(
        case_id=name, question="？", tags=(), answerable=bool(gold), facts=(("。",),) if gold else (), gold=gold
    )


def ids(cases: Sequence[Case]) -> set[str]:
    return {one.case_id for one in cases}


def test_cases_that_share_an_article_are_one_group_from_article_to_article() -> None:
    """A and B meet in x, B and C in y, so that all three are named after w; the others stand alone."""
    cases = [case("a", "x"), case("b", "x", "y"), case("c", "y", "w"), case("d", "z"), case("e"), case("f")]
    assert groups(cases) == {"a": "w", "b": "w", "c": "w", "d": "z", "e": "case e", "f": "case f"}


def test_no_article_is_asked_about_on_both_sides() -> None:
    """Over the shipped set: the parts hold every case once, and share no gold article."""
    cases = load_cases(QUESTIONS).cases
    for seed, share in ((0, 0.5), (1, 0.5), (2, 0.7)):
        made = split(cases, seed, share)
        assert ids(made.development) | ids(made.held_back) == ids(cases)
        assert len(made.development) + len(made.held_back) == len(cases)
        sides = [{gold.article for one in part for gold in one.gold} for part in (made.development, made.held_back)]
        assert not sides[0] & sides[1]


def test_a_case_keeps_its_side_when_others_come_and_the_order_changes() -> None:
    """The side hangs on the group and the seed alone, and another seed draws otherwise."""
    few = [case(f"c{at}", f"a{at}") for at in range(40)]
    more = [*[case(f"n{at}") for at in range(40)], *reversed(few)]
    assert ids(split(few, 0, 0.5).development) == ids(split(more, 0, 0.5).development) & ids(few)
    assert ids(split(few, 0, 0.5).development) != ids(split(few, 1, 0.5).development)
    assert ids(split(few, 0, 0.3).development) < ids(split(few, 0, 0.6).development)  # a larger share only adds


def test_a_part_without_cases_is_refused() -> None:
    """Cases that hang together cannot be parted, and the error says in how many groups they fall."""
    with pytest.raises(InputError, match="of 2 cases in 1 groups would be empty"):
        split([case("a", "x"), case("b", "x")], 0, 0.5)


def test_a_split_is_a_seed_and_a_share() -> None:
    """What is not of the form, and a share that leaves nothing on a side, is refused with the form."""
    assert parse_split("7/0.25") == (7, 0.25)
    for wrong in ("", "0", "0/1", "0/0", "x/0.5", "0/nan", "0.5/0"):
        with pytest.raises(InputError, match="expected SEED/SHARE"):
            parse_split(wrong)
