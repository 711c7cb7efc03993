"""An English question -> a search in Chinese, in the words of the passages that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from embeddings.encoder import Encoder
from rag.search.fuse import fuse
from rag.search.gloss import Source, gloss
from rag.search.plan import Plan
from rag.store.protocol import Snapshot
from rag.text.script import fold, in_one_script
from rag.text.words import words

_POOLED = 32  # passages that tell which words a question means
_KEPT = 8  # of those found for the English, that are looked at again
_CANDIDATES = 150  # passages of each index
_WHOLE = 30  # passages of the article that it is about, that tell too
_TIMES = 2  # that a question is put into Chinese


def in_chinese(snapshot: Snapshot, made: Plan, encoder: Encoder, *, dense_weight: float) -> Plan:
    """The plan of an English question with Chinese to search for.

    The encoder, which knows many languages, finds the first passages. What both indexes find for their words tells
    better which words are meant. Nothing is put into Chinese where the best passage is English.
    """
    found = snapshot.search_dense(encoder.encode_queries([made.asked])[0], _POOLED, made.filters)
    pool = [hit.passage_id for hit in found]
    for _ in range(_TIMES):
        said = gloss(made.asked, _sources(snapshot, pool), lambda article_id: _whole(snapshot, article_id))
        if said is None or said.text == made.text:
            break
        made = replace(made, text=said.text, words=tuple(words(said.text)), glossed=said.words)
        dense = snapshot.search_dense(encoder.encode_queries([in_one_script(made.text)])[0], _CANDIDATES, made.filters)
        lexical = snapshot.search_lexical(made.words, _CANDIDATES, made.filters)
        best = [hit.passage_id for hit in fuse(dense, lexical, dense_weight=dense_weight)[:_POOLED]]
        pool = list(dict.fromkeys([*best, *(hit.passage_id for hit in found[:_KEPT])]))
    return made


def _sources(snapshot: Snapshot, passage_ids: Sequence[int]) -> list[Source]:
    """The live ones of some passages, in order."""
    passages = snapshot.passages(passage_ids)
    found = [passages[passage_id] for passage_id in passage_ids if passage_id in passages]
    return [Source(article_id=each.article_id, key=fold(f"{each.title} {each.heading} {each.text}")) for each in found]


def _whole(snapshot: Snapshot, article_id: str) -> list[str]:
    """The folded passages of an article, of a long one only the first."""
    return [fold(passage.text) for passage in snapshot.passages_of(article_id)[:_WHOLE]]
