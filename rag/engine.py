"""All parts of the program, ready to use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from platformdirs import user_cache_path

from embeddings.cache import CachedEncoder, VectorCache
from embeddings.encoder import Encoder
from embeddings.rerank import Reranker
from rag.answer.chatting import chat
from rag.answer.chores import recognise
from rag.answer.events import Answerer, Events, last_answer
from rag.answer.prompt import opening
from rag.answer.remembered import Remembered
from rag.answer.verifying import Verifier
from rag.check.verify import Checker
from rag.config import Settings
from rag.errors import InputError, ModelMissingError
from rag.ingest.pipeline import Pipeline
from rag.llm.local_model import LocalLanguageModel
from rag.llm.model import LanguageModel
from rag.search.retriever import Retriever
from rag.store.answers import KeptAnswers
from rag.store.protocol import Store
from rag.types import Answer, Question

_CACHED_VECTORS = 200_000  # about 350 MB on disk
_AUTO = ("llm", "quotes")  # who answers when nobody is named, the first that is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """All parts, ready to use. Safe to share between threads."""

    settings: Settings
    store: Store
    encoder: Encoder
    retriever: Retriever
    answerers: Mapping[str, Answerer] = field(default_factory=dict)
    model: LanguageModel | None = None
    checker: Checker = field(default_factory=Checker)
    reranker: Reranker | None = None
    kept: KeptAnswers | None = None
    remembered: Remembered | None = None  # answers by quotes; those of a language model are never the same twice

    def answer(self, question: Question, answerer: str = "auto") -> Answer:
        """The answer to `question` by the answerer of that name.

        Raises:
            InputError: there is no answerer of that name, or the question makes no sense.
            ModelMissingError: a language model is asked for, and there is none.
        """
        return last_answer(self.events(question, answerer))

    def events(self, question: Question, answerer: str = "auto") -> Events:
        """As `answer`, as the answer comes to be. The name is checked at once, the question when the events are read.

        Raises:
            InputError: there is no answerer of that name.
            ModelMissingError: a language model is asked for, and there is none.
        """
        name = next(name for name in _AUTO if name in self.answerers) if answerer == "auto" else answerer
        if name == "llm" and name not in self.answerers:
            raise ModelMissingError(
                "there is no language model here; jushi model fetch brings one, or JUSHI_LLM_BASE_URL names a server",
                field="answerer",
            )
        if name not in self.answerers:
            known = ", ".join(("auto", *self.answerers))
            raise InputError(f"answerer {answerer!r} is not known here; expected one of {known}", field="answerer")
        if chore := recognise(question, instructions=question.instructions):
            with self.store.snapshot() as snapshot:
                return chat(chore, question, generation=snapshot.generation, settings=self.settings.fingerprint)
        if name == "quotes" and self.remembered is not None:
            return self.remembered.events(question, self.answerers[name])
        return self.answerers[name].events(question)

    def pipeline(self) -> Pipeline:
        """The way of documents into the store."""
        path = (self.settings.cache or user_cache_path("jushi")) / "vectors.sqlite"
        return Pipeline(
            store=self.store,
            encoder=CachedEncoder(self.encoder, VectorCache(path, limit=_CACHED_VECTORS)),
            passage_min=self.settings.passage_min,
            passage_max=self.settings.passage_max,
            passage_overlap=self.settings.passage_overlap,
        )

    def verifier(self) -> Verifier:
        """The checker over texts of any origin."""
        return Verifier(self.store, self.retriever, self.checker)

    def warm_up_model(self) -> None:
        """Load the local language model and let it read its instructions, as the first question would.

        Raises:
            ModelError: it does not start, or does not answer.
        """
        if isinstance(self.model, LocalLanguageModel):
            for _ in self.model.write(opening(self.model.spec)):
                pass

    def close(self) -> None:
        """Let go of the store's files and locks, and stop the language model."""
        if self.model is not None:
            self.model.close()
        if self.kept is not None:
            self.kept.close()
        self.store.close()
