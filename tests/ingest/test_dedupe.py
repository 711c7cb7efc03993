"""Reprints: near-duplicates are recognised, corrected and updated stories are kept apart."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest import dedupe
from rag.ingest.dedupe import PERMUTATIONS, Reprints, bands, is_same_story, signature, similarity
from rag.types import Article

STORY = (
    "记者从市教育局获悉，今年全市新建和改扩建幼儿园十七所，新增学位4300个。"
    "其中东城区新建九所，西城区改建八所，预计九月开学前全部交付使用。"
    "教育局负责人介绍，下一步将继续引导民办园转为普惠园，力争覆盖率达到88.5%。"
    "家长们对此表示欢迎，认为家门口的幼儿园让接送孩子方便了许多。"
)
HANT = (
    "記者從市教育局獲悉，今年全市新建和改擴建幼兒園十七所，新增學位4300個。"
    "其中東城區新建九所，西城區改建八所，預計九月開學前全部交付使用。"
    "教育局負責人介紹，下一步將繼續引導民辦園轉為普惠園，力爭覆蓋率達到88.5%。"
    "家長們對此表示歡迎，認為家門口的幼兒園讓接送孩子方便了許多。"
)


def test_signature_has_its_stated_shape() -> None:
    """A signature is a tuple of unsigned 32-bit numbers, and the same text always has the same one."""
    found = signature(STORY)
    assert len(found) == PERMUTATIONS
    assert all(0 <= value < 2**32 for value in found)
    assert found == signature(STORY)


def test_signatures_do_not_change_between_versions() -> None:
    """The first numbers are pinned, since signatures are stored and compared with later ones."""
    assert signature("据实")[:3] == PINNED


PINNED = (1034527609, 3113502866, 3009383416)


def test_signature_equals_the_reference_implementation() -> None:
    """With our permutations and shingles, datasketch computes the same numbers."""
    sketch = MinHash(
        num_perm=PERMUTATIONS,
        permutations=(dedupe._FACTORS, dedupe._TERMS),
        hashfunc=int,
        scheme="affine32",
    )
    sketch.update_batch(dedupe.shingles(STORY).tolist())
    assert signature(STORY) == tuple(sketch.hashvalues.tolist())


def test_layout_and_script_do_not_matter() -> None:
    """Line breaks, full-width punctuation and traditional script leave the signature as it is."""
    assert signature(STORY.replace("。", "。\n　　").replace("，", ",")) == signature(STORY)
    assert signature(HANT) == signature(STORY)
    assert is_same_story(HANT, STORY)


def test_bands_are_63_bit_and_shared_by_near_duplicates() -> None:
    """A text with a few words changed shares a band with the original, an unrelated one does not."""
    near = STORY.replace("方便了许多", "更加方便")
    other = "昨晚的比赛中，主队以三比一获胜，球迷在雨中庆祝到深夜，主教练赛后称赞了年轻球员的拼搏精神。" * 3
    keys = bands(signature(STORY))
    assert all(0 <= key < 2**63 for key in keys)
    assert set(keys) & set(bands(signature(near)))
    assert not set(keys) & set(bands(signature(other)))


def test_text_without_words_joins_no_cluster() -> None:
    """Blank or punctuation-only texts have no bands and are nobody's reprint."""
    assert bands(signature("……。\n")) == []
    assert not is_same_story("。。。", "！！")


def test_similarity_estimates_jaccard() -> None:
    """Over random texts the estimate stays within five standard errors of the exact Jaccard similarity."""
    rng = random.Random(7)
    alphabet = [chr(0x4E00 + index) for index in range(3000)]
    for share in (0.0, 0.3, 0.7, 1.0):
        common = "".join(rng.choices(alphabet, k=int(2000 * share)))
        a = common + "".join(rng.choices(alphabet, k=2000 - len(common)))
        b = common + "".join(rng.choices(alphabet, k=2000 - len(common)))
        sets = [{text[i : i + 5] for i in range(len(text) - 4)} for text in (a, b)]
        exact = len(sets[0] & sets[1]) / len(sets[0] | sets[1])
        assert abs(similarity(signature(a), signature(b)) - exact) <= 5 * (0.25 / PERMUTATIONS) ** 0.5


def test_signatures_of_different_length_are_refused() -> None:
    """Comparing signatures of different make is an error that names both lengths."""
    with pytest.raises(ValueError, match="3 and 2"):
        similarity((1, 2, 3), (1, 2))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (STORY, True),
        (STORY.replace("方便了许多", "更加方便"), True),
        ("本报讯" + STORY, True),
        (STORY + "责任编辑：王芳 电话：01012345678", True),
        (STORY.replace("4300", "4800"), False),
        (STORY.replace("4300个", "4.3千个"), True),
        (STORY.replace("88.5%", "百分之八十八点五"), True),
        (STORY.replace("九所", "七所"), False),
        (STORY + "截至昨晚，已有3所提前交付。", False),
        (STORY[: len(STORY) // 2], False),
    ],
)
def test_same_story(changed: str, expected: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """Small changes of wording are a reprint; a changed or new figure, or half the text, is not."""
    assert is_same_story(STORY, changed) is expected
    assert is_same_story(changed, STORY) is expected


@pytest.mark.parametrize(("a", "b", "expected"), [("今日停水", "今日停水！", True), ("今日停水", "明日停水", False)])
def test_short_texts_must_be_equal(a: str, b: str, expected: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """Below the length where shingles say anything, only equal wording counts."""
    assert is_same_story(a, b) is expected


def test_policy_compares_signatures_first(article_of: Callable[..., Article]) -> None:
    """The policy says yes to a reprint, and no to signatures too far apart without looking at the texts."""
    new, old = article_of(STORY), article_of(HANT, article_id="a2")
    near, far = signature(STORY), signature("完全无关的另一篇文章，讲的是昨晚的球赛。")
    assert Reprints().bands(near) == bands(near)
    assert Reprints().is_reprint(new, old, near, signature(HANT))
    assert not Reprints().is_reprint(new, old, near, far)


@given(st.text(max_size=80))
def test_any_text_is_similar_to_itself(text: str) -> None:
    """Every text has a signature that equals itself, whatever characters it holds."""
    assert similarity(signature(text), signature(text)) == 1.0
