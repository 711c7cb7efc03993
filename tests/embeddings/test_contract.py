"""One contract for every encoder, the fake one included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from embeddings.cache import CachedEncoder, VectorCache
from embeddings.encoder import CountingEncoder, Encoder
from embeddings.fakes import HashingEncoder
from embeddings.onnx import OnnxEncoder
from embeddings.remote import RemoteEncoder
from embeddings.sentence import SentenceTransformerEncoder

if TYPE_CHECKING:
    from conftest import EmbeddingServer

    from embeddings.bundled import BundledModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An encoder, and how far its vector of a text may be from the one it gives beside other texts."""

    encoder: Encoder
    tolerance: float


def _hashing(_: pytest.FixtureRequest) -> Candidate:
    return Candidate(encoder=HashingEncoder(), tolerance=0.0)


def _onnx(request: pytest.FixtureRequest) -> Candidate:
    bundled: BundledModel = request.getfixturevalue("bundled")
    return Candidate(encoder=OnnxEncoder(bundled), tolerance=0.0)


def _sentence(request: pytest.FixtureRequest) -> Candidate:
    bundled: BundledModel = request.getfixturevalue("bundled")
    return Candidate(encoder=SentenceTransformerEncoder(bundled.folder), tolerance=1e-5)


def _remote(request: pytest.FixtureRequest) -> Candidate:
    server: EmbeddingServer = request.getfixturevalue("module_server")
    encoder = RemoteEncoder(server.url, "m", batch_size=3, query_prefix="query: ", passage_prefix="passage: ")
    return Candidate(encoder=encoder, tolerance=1e-6)


def _cached(request: pytest.FixtureRequest) -> Candidate:
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("vectors")
    return Candidate(encoder=CachedEncoder(HashingEncoder(), VectorCache(folder / "vectors.sqlite")), tolerance=0.0)


_MAKERS: dict[str, Callable[[pytest.FixtureRequest], Candidate]] = {
    "hashing": _hashing,
    "onnx": _onnx,
    "sentence-transformers": _sentence,
    "remote": _remote,
    "cached": _cached,
}


@pytest.fixture(scope="module")
def texts() -> tuple[str, ...]:
    """A few texts are enough to hold an encoder to its contract; float32 models are slow."""
    return (
        "县教育局公布了今年秋季学期普惠性幼儿园的名单，共有四十二所。",
        "記者從教育部門獲悉，起始年級將全面實行均衡編班。",
        "GDP grew by 5.2%，１２月１１日。",
        "。",
        "研究人员在青藏高原发现了一种新的鼠兔。",
    )


@pytest.fixture(scope="module", params=_MAKERS)
def candidate(request: pytest.FixtureRequest) -> Candidate:
    """Each encoder in turn."""
    return _MAKERS[request.param](request)


def test_shape_type_and_length(candidate: Candidate, texts: tuple[str, ...]) -> None:
    """Both methods give float32 rows of length 1, one per text, as long as the spec says."""
    for encode in (candidate.encoder.encode_queries, candidate.encoder.encode_passages):
        vectors = encode(texts)
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(texts), candidate.encoder.spec.dim)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_nothing_gives_no_rows(candidate: Candidate) -> None:
    """No texts give an array of shape (0, dim)."""
    for encode in (candidate.encoder.encode_queries, candidate.encoder.encode_passages):
        assert encode([]).shape == (0, candidate.encoder.spec.dim)
        assert encode([]).dtype == np.float32


def test_the_same_text_gives_the_same_vector(candidate: Candidate, texts: tuple[str, ...]) -> None:
    """Asked twice, the answer is the same to the last bit."""
    np.testing.assert_array_equal(candidate.encoder.encode_passages(texts), candidate.encoder.encode_passages(texts))


def test_neighbours_do_not_matter(candidate: Candidate, texts: tuple[str, ...]) -> None:
    """A text alone gives what it gives beside short and very long ones, within the stated tolerance."""
    crowd = [*texts, "文" * 400]
    together = candidate.encoder.encode_passages(crowd)
    for row, text in zip(together[::2], crowd[::2], strict=True):
        np.testing.assert_allclose(candidate.encoder.encode_passages([text])[0], row, atol=candidate.tolerance)


def test_order_is_kept(candidate: Candidate, texts: tuple[str, ...]) -> None:
    """Texts in another order give the same rows in that order."""
    order = np.random.default_rng(1).permutation(len(texts))
    found = candidate.encoder.encode_passages([texts[number] for number in order])
    np.testing.assert_allclose(
        found, candidate.encoder.encode_passages(texts)[order], atol=max(candidate.tolerance, 1e-7)
    )


def test_questions_and_passages_differ_by_their_prefix(candidate: Candidate, texts: tuple[str, ...]) -> None:
    """The same text as question and as passage gives near, but different vectors."""
    queries, passages = candidate.encoder.encode_queries(texts), candidate.encoder.encode_passages(texts)
    cosines = (queries * passages).sum(axis=1)
    assert (np.abs(queries - passages).max(axis=1) > 1e-4).all()
    assert cosines.mean() > 0.5


def test_a_text_is_nearest_to_itself(candidate: Candidate, texts: tuple[str, ...]) -> None:
    """Each text as a question is nearer to itself as a passage than to any other."""
    known = [text for text in texts if len(text) > 5]
    scores = candidate.encoder.encode_queries(known) @ candidate.encoder.encode_passages(known).T
    assert scores.argmax(axis=1).tolist() == list(range(len(known)))


@pytest.mark.parametrize("text", ["", " ", "\n", "\x00", "😀", "a", "文" * 5000, "\ufffd\u200b"])
def test_odd_texts_have_a_vector(candidate: Candidate, text: str) -> None:
    """Empty, blank, broken and very long texts give a row of length 1 like any other."""
    vectors = candidate.encoder.encode_passages(["前文。", text, "后文。"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert np.isfinite(candidate.encoder.encode_queries([text])).all()


def test_the_fingerprint_tells_models_apart(candidate: Candidate) -> None:
    """The fingerprint is stable and holds name, revision and dimension."""
    spec = candidate.encoder.spec
    assert spec.fingerprint == candidate.encoder.spec.fingerprint
    assert f"{spec.name}@{spec.revision}/{spec.dim}" in spec.fingerprint


def test_tokens_are_counted_beside_the_same_vectors(candidate: Candidate, texts: tuple[str, ...]) -> None:
    """Where an encoder counts, a longer text has more tokens, and none has more than the encoder reads."""
    encoder = candidate.encoder
    if not isinstance(encoder, CountingEncoder):
        assert isinstance(encoder, CachedEncoder)  # what is in the cache was read by nobody
        return
    for as_queries, encode in ((True, encoder.encode_queries), (False, encoder.encode_passages)):
        vectors, tokens = encoder.encode_counted(texts, as_queries=as_queries)
        np.testing.assert_allclose(vectors, encode(texts), atol=max(candidate.tolerance, 1e-7))
        apart = [encoder.encode_counted([text], as_queries=as_queries)[1] for text in texts]
        assert tokens == sum(apart)
        assert min(apart) == apart[3] > 1
    assert encoder.encode_counted([], as_queries=True)[1] == 0
    if isinstance(encoder, OnnxEncoder | SentenceTransformerEncoder):
        assert encoder.encode_counted(["文" * 5000], as_queries=False)[1] == encoder.spec.max_tokens
