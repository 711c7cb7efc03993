"""Settings -> finished parts. The only place that chooses implementations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from platformdirs import user_cache_path

from embeddings.bundled import ensure_bundled
from embeddings.encoder import Encoder
from embeddings.entail import CrossEncoderEntailment, Entailment
from embeddings.errors import EmbeddingError
from embeddings.rerank import CrossEncoderReranker, Reranker
from rag.answer.answerer import QuotesAnswerer
from rag.answer.calibration import Calibration, calibration
from rag.answer.events import Answerer
from rag.answer.remembered import Remembered
from rag.answer.writer import LlmAnswerer
from rag.check.verify import Checker
from rag.config import Settings
from rag.engine import Engine
from rag.errors import ConfigError, ModelMissingError
from rag.ingest.dedupe import Reprints
from rag.ingest.recurring import Recurring
from rag.llm.local_model import LocalLanguageModel
from rag.llm.model import LanguageModel, ModelSpec
from rag.llm.options import ClientOptions
from rag.llm.weights import find_model
from rag.search.retriever import Retriever, RetrieverOptions
from rag.store.answers import KeptAnswers
from rag.store.local import LocalStore
from rag.store.protocol import Store
from rag.text.script import in_one_script

Progress = Callable[[str, float], None]

_LOCAL_BUDGET = 560  # prompt tokens, by estimate; two cores read about 70 a second
_LOCAL_MAX_TOKENS = 200
_LOCAL_CONTEXT = 4096


def open_engine(
    settings: Settings,
    *,
    progress: Progress | None = None,
    read_only: bool = False,
    fitted: Calibration | None = None,
) -> Engine:
    """Open everything that `settings` name; `progress` is told when a model has to be made ready first.

    `fitted` takes the place of the calibration that ships with the program.

    Raises:
        ConfigError: settings contradict each other.
        ModelMissingError: a model that the settings name cannot be loaded here.
        StoreError: the data folder cannot be used.
    """
    if settings.passage_min > settings.passage_max:
        raise ConfigError(
            f"passage_min is {settings.passage_min}, which is more than passage_max, {settings.passage_max}",
            field="passage_min",
        )
    try:
        encoder = _open_encoder(settings, progress)
        reranker = CrossEncoderReranker(settings.reranker) if settings.reranker else None
        entailment = CrossEncoderEntailment(settings.entailment) if settings.entailment else None
    except EmbeddingError as error:
        raise ModelMissingError(str(error)) from error
    store = LocalStore(
        settings.data,
        encoder=encoder.spec,
        dense_kind=settings.dense_kind,
        read_only=read_only,
        reprints=Reprints(),
        recurring=Recurring(),
    )
    engine = assemble(
        settings,
        store,
        encoder,
        model=_open_model(settings),
        reranker=reranker,
        entailment=entailment,
        fitted=fitted,
    )
    kept, remembered = settings.kept_answers, settings.remembered_answers
    return replace(
        engine,
        kept=KeptAnswers(settings.data / "answers.sqlite", limit=kept) if kept else None,
        remembered=Remembered(store, limit=remembered) if remembered else None,
    )


def assemble(
    settings: Settings,
    store: Store,
    encoder: Encoder,
    *,
    model: LanguageModel | None = None,
    reranker: Reranker | None = None,
    entailment: Entailment | None = None,
    fitted: Calibration | None = None,
) -> Engine:
    """All parts over a store, an encoder and a language model that are open already; settings say how they work."""
    options = RetrieverOptions(
        candidates=settings.candidates,
        top_k=settings.top_k,
        per_article=settings.per_article,
        dense_weight=settings.dense_weight,
        neighbours=settings.neighbours,
    )
    retriever = Retriever(store, encoder, options, reranker)
    limits = (fitted or calibration()).limited(settings.answer_threshold, settings.second_sentence)
    quotes = QuotesAnswerer(store, retriever, encoder, limits, settings=settings.fingerprint)
    answerers: dict[str, Answerer] = {"quotes": quotes}
    checker = Checker(similarity=_similarity(encoder), entailment=_entailment(entailment) if entailment else None)
    if model is not None:
        answerers["llm"] = LlmAnswerer(store, quotes, model, checker, max_tokens=_max_tokens(settings))
    return Engine(
        settings=settings,
        store=store,
        encoder=encoder,
        retriever=retriever,
        answerers=dict(sorted(answerers.items())),
        model=model,
        checker=checker,
        reranker=reranker,
    )


def _open_model(settings: Settings) -> LanguageModel | None:
    """The server that the settings name, else the local model where it was fetched, else none."""
    if settings.answerer == "quotes":
        return None
    if settings.llm_base_url is not None:
        return _open_server(settings)
    if settings.local_model == "none":
        return None
    from rag.llm.local import LocalServer, can_run_models  # noqa: PLC0415 - loaded only where a model may be run here

    found = find_model(settings.cache, settings.local_model)
    if found is None or not can_run_models():
        return None
    log = (settings.cache or user_cache_path("jushi")) / "logs" / f"{found.name}.log"
    spec = ModelSpec(name=found.name, small=settings.llm_small is not False, prompt_budget=_LOCAL_BUDGET)
    return LocalLanguageModel(LocalServer(found, context=_LOCAL_CONTEXT, log=log), spec, _client_options(settings))


def _open_server(settings: Settings) -> LanguageModel:
    from rag.llm.client import OpenAIModel  # noqa: PLC0415 - the SDK takes most of a second to load

    assert settings.llm_base_url is not None
    key = settings.llm_api_key
    spec = ModelSpec(
        name=settings.llm_model or "server", small=bool(settings.llm_small), prompt_budget=settings.llm_prompt_budget
    )
    return OpenAIModel(
        settings.llm_base_url,
        key.get_secret_value() if key else None,
        settings.llm_model,
        spec=spec,
        options=_client_options(settings),
    )


def _client_options(settings: Settings) -> ClientOptions:
    return ClientOptions(
        connect=settings.llm_timeout_connect,
        first_token=settings.llm_timeout_first_token,
        between=settings.llm_timeout_between,
        whole=settings.llm_timeout_whole,
        retries=settings.llm_retries,
        concurrency=settings.llm_concurrency,
    )


def _max_tokens(settings: Settings) -> int:
    """A local model may write less: its answers are one sentence in a JSON object."""
    return settings.llm_max_tokens if settings.llm_base_url else min(_LOCAL_MAX_TOKENS, settings.llm_max_tokens)


def _similarity(encoder: Encoder) -> Callable[[str, Sequence[str]], Sequence[float]]:
    """Inner products of a sentence with quotes, both taken as passages."""

    def similarity(sentence: str, quotes: Sequence[str]) -> Sequence[float]:
        vectors = encoder.encode_passages([in_one_script(text) for text in (sentence, *quotes)])
        return [float(value) for value in vectors[1:] @ vectors[0]]

    return similarity


def _entailment(model: Entailment) -> Callable[[str, str], float]:
    """How likely a quote entails a claim, both in one script."""
    return lambda quote, claim: model.probability(in_one_script(quote), in_one_script(claim))


def _open_encoder(settings: Settings, progress: Progress | None) -> Encoder:
    """The encoder that the settings name. The modules of the others are not even imported: torch takes seconds."""
    if settings.encoder == "remote":
        return _open_remote(settings)
    if settings.encoder != "bundled":
        if settings.encoder_backend == "onnx":
            raise ConfigError(
                f"encoder_backend is onnx, which only the bundled encoder has, but encoder is {settings.encoder}",
                field="encoder_backend",
            )
        return _open_sentence(settings, settings.encoder)
    bundled = ensure_bundled(settings.cache, progress=progress)
    if settings.encoder_backend == "torch":
        return _open_sentence(settings, bundled.folder)
    from embeddings.onnx import OnnxEncoder  # noqa: PLC0415 - onnxruntime is loaded only where it is used

    return OnnxEncoder(bundled)


def _open_sentence(settings: Settings, name_or_folder: str | Path) -> Encoder:
    from embeddings.sentence import SentenceTransformerEncoder  # noqa: PLC0415 - loads torch, which takes seconds

    return SentenceTransformerEncoder(
        name_or_folder,
        query_prefix=settings.encoder_query_prefix,
        passage_prefix=settings.encoder_passage_prefix,
    )


def _open_remote(settings: Settings) -> Encoder:
    from embeddings.remote import RemoteEncoder  # noqa: PLC0415 - httpx is loaded only where it is used

    if not settings.embeddings_base_url or not settings.embeddings_model:
        raise ConfigError(
            "encoder is remote, so embeddings_base_url and embeddings_model must be set", field="embeddings_base_url"
        )
    key = settings.embeddings_api_key
    return RemoteEncoder(
        settings.embeddings_base_url,
        settings.embeddings_model,
        key.get_secret_value() if key else None,
        query_prefix=settings.encoder_query_prefix or "",
        passage_prefix=settings.encoder_passage_prefix or "",
    )
