"""A process that writes to a store until it is killed. Run with `folder`, `seed`, `held` and `pipe` as globals.

It says what it is about to do and, once that is acknowledged, that it is done: ("try", writes, removals), ("done",).
`held` maps the article ids in the store to their versions; a version is the only content that an article has.
"""

from __future__ import annotations

import hashlib
import random
from multiprocessing.connection import Connection
from pathlib import Path

from embeddings.fakes import HashingEncoder
from rag.offsets import OffsetMap
from rag.store import local
from rag.store.local import LocalStore
from rag.store.protocol import Prepared
from rag.types import Article, Media, Passage

ENCODER = HashingEncoder(dim=32)
SENTENCES = 6


def token(article_id: str, version: int) -> str:
    """A word that stands in this version of this article only."""
    return f"{article_id}v{version}"


def prepared(article_id: str, version: int) -> Prepared:
    """One version of an article, a passage to a sentence."""
    sentences = [f"{token(article_id, version)}第{at}句，教育局发布了新的通知。" for at in range(SENTENCES)]
    text = "".join(sentences)
    whole = OffsetMap.identity(len(text))
    article = Article(
        article_id=article_id, revision=str(version), title="通知", text=text, source_text=text, source_map=whole,
        page_map=whole, page=text.encode(), name=article_id, media=Media.TEXT, encoding="utf-8",
    )  # fmt: skip
    passages, at = [], 0
    for ordinal, sentence in enumerate(sentences):
        digest = hashlib.blake2b(f"{article_id}|{version}|{ordinal}".encode(), digest_size=8).digest()
        passages.append(
            Passage(
                passage_id=int.from_bytes(digest, "big") >> 1, article_id=article_id, revision=str(version),
                ordinal=ordinal, start=at, end=at + len(sentence), text=sentence, title="通知",
            )
        )  # fmt: skip
        at += len(sentence)
    vectors = ENCODER.encode_passages(sentences)
    return Prepared(article=article, passages=tuple(passages), vectors=vectors, signature=(), sentences=())


def write_until_killed(folder: Path, seed: int, held: dict[str, int], pipe: Connection) -> None:
    """Add, revise, remove and compact at random, for ever."""
    local._WRITING_SAVE_LAG = 30  # so that the dense file is written often enough to be caught at it
    chance = random.Random(seed)
    store = LocalStore(folder, encoder=ENCODER.spec)
    number = 0
    while True:
        action = chance.choices(["add", "revise", "remove", "compact"], [5, 3, 2, 2])[0]
        number += 1
        if action == "add" or not held:
            writes = {f"s{seed}n{number}x{at}": 1 for at in range(chance.randint(1, 6))}
        else:
            writes = {id_: held[id_] + 1 for id_ in chance.sample(sorted(held), min(len(held), 3))}
        removals = chance.sample(sorted(held), min(len(held), 2)) if action == "remove" else []
        writes = writes if action in ("add", "revise") else {}
        pipe.send(("try", writes, removals))
        if removals:
            store.remove(removals)
        elif writes:
            store.commit([prepared(*one) for one in writes.items()])
        else:
            store.compact()
        pipe.send(("done",))
        held = {id_: version for id_, version in (held | writes).items() if id_ not in removals}


if __name__ == "__main__":
    given = globals()
    write_until_killed(given["folder"], given["seed"], given["held"], given["pipe"])
