"""Articles made to measure, and the stores that the contract is held against."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from embeddings.fakes import HashingEncoder
from rag.offsets import OffsetMap
from rag.store.fakes import MemoryStore
from rag.store.local import LocalStore
from rag.store.protocol import Prepared, Store
from rag.types import Article, Filters, Media, Passage, Published

ENCODER = HashingEncoder(dim=64)
STORIES = {
    "a": ["安源区今年新增幼儿园六所。", "覆盖率达到百分之九十二。"],
    "b": ["焦作市公布了招生方案。", "小学入学年龄为六周岁。", "报名从七月一日开始。"],
    "c": ["地铁三号线明年完工。"],
}


def hash63(*parts: object) -> int:
    """A 63-bit number that depends on all parts."""
    joined = "|".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "big") >> 1


def make_prepared(
    article_id: str,
    sentences: Sequence[str],
    *,
    title: str = "",
    publisher: str | None = None,
    day: date | None = None,
    skipped: Sequence[str] = (),
) -> Prepared:
    """An article of these sentences, one passage each, save those that are skipped."""
    text = "".join(sentences)
    revision = hashlib.blake2b(f"{title}|{text}".encode(), digest_size=6).hexdigest()
    article = Article(
        article_id=article_id, revision=revision, title=title, text=text, source_text=text,
        source_map=OffsetMap.identity(len(text)), page_map=OffsetMap.identity(len(text)), page=text.encode(),
        name=f"{article_id}.txt", media=Media.TEXT, encoding="utf-8", publisher=publisher,
        published=Published(day=day, confidence=0.9, origin="given") if day else None,
    )  # fmt: skip
    passages, at = [], 0
    for sentence in sentences:
        start, at = at, at + len(sentence)
        if sentence not in skipped:
            id_ = hash63(article_id, revision, start, at)
            passages.append(
                Passage(
                    passage_id=id_, article_id=article_id, revision=revision, ordinal=len(passages), start=start,
                    end=at, text=sentence, title=title,
                )
            )  # fmt: skip
    hashes = [hash63(sentence) for sentence in dict.fromkeys(sentences)]
    return Prepared(
        article=article,
        passages=tuple(passages),
        vectors=ENCODER.encode_passages([passage.text for passage in passages]),
        signature=hashes,
        sentences=hashes,
        skipped=[hash63(sentence) for sentence in skipped],
    )


class SharedSentences:
    """Reprints share more than half of their sentences; bands are the sentences themselves."""

    def bands(self, signature: Sequence[int]) -> Sequence[int]:
        return signature

    def is_reprint(
        self, new: Article, old: Article, new_signature: Sequence[int], old_signature: Sequence[int]
    ) -> bool:
        assert new.article_id != old.article_id
        assert old.source_text
        ours, theirs = set(new_signature), set(old_signature)
        return len(ours & theirs) > len(ours | theirs) / 2


class ThreeArticles:
    """A sentence recurs when it stands in three articles and in three tenths of all."""

    def is_recurring(self, articles_with: int, articles_total: int) -> bool:
        return articles_with >= 3 and articles_with >= 0.3 * articles_total


@pytest.fixture(scope="session")
def encoder() -> HashingEncoder:
    return ENCODER


@pytest.fixture(scope="session")
def prepare() -> Callable[..., Prepared]:
    return make_prepared


@pytest.fixture(scope="session")
def sentence_hash() -> Callable[..., int]:
    return hash63


@pytest.fixture(scope="session")
def fill() -> Callable[[Store], list[Prepared]]:
    """Commits the stories, and returns them."""

    def commit_stories(store: Store) -> list[Prepared]:
        batch = [make_prepared(article_id, story) for article_id, story in STORIES.items()]
        store.commit(batch)
        return batch

    return commit_stories


@pytest.fixture(scope="session")
def require_all() -> Callable[[Store, list[Prepared]], None]:
    """Asserts that both indexes find every passage of the batch, and nothing else."""

    def require(store: Store, batch: list[Prepared]) -> None:
        expected = sorted(passage.passage_id for prepared in batch for passage in prepared.passages)
        words = ["幼儿园", "覆盖率", "招生", "年龄", "报名", "地铁"]
        with store.snapshot() as view:
            for prepared in batch:
                dense = view.search_dense(prepared.vectors[0], 100, Filters())
                assert dense[0].passage_id == prepared.passages[0].passage_id
                assert sorted(hit.passage_id for hit in dense) == expected
            assert sorted(hit.passage_id for hit in view.search_lexical(words, 100, Filters())) == expected

    return require


@pytest.fixture
def open_local(tmp_path: Path) -> Iterator[Callable[..., LocalStore]]:
    """Opens the store of this test (again), with test policies; all are closed at the end."""
    opened: list[LocalStore] = []

    def open_it(folder: Path | None = None, **options: object) -> LocalStore:
        given = {"encoder": ENCODER.spec, "reprints": SharedSentences(), "recurring": ThreeArticles(), **options}
        opened.append(LocalStore(folder or tmp_path / "store", **given))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def open_memory() -> Callable[[], MemoryStore]:
    return lambda: MemoryStore(encoder=ENCODER.spec, reprints=SharedSentences(), recurring=ThreeArticles())


@pytest.fixture(params=["memory", "local"])
def store(
    request: pytest.FixtureRequest, open_local: Callable[..., LocalStore], open_memory: Callable[[], MemoryStore]
) -> LocalStore | MemoryStore:
    """Each store that must keep the contract."""
    return open_local() if request.param == "local" else open_memory()
