"""Any embedding model that sentence-transformers can load, by name or folder.

Loading this module loads torch, which takes seconds; import it only when such a model is asked for.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as remarks

from embeddings.encoder import EncoderSpec, Vectors
from embeddings.errors import EncoderError

_PASSAGE_PROMPTS = ("document", "passage", "corpus")  # in the order of sentence-transformers
_BATCH = 32
_NOT_WEIGHTS = {"README.md", "manifest.json"}


class SentenceTransformerEncoder:
    """Encodes with sentence-transformers, in float32.

    Vectors are the same up to 1e-5 whatever texts are encoded together.

    Args:
        name_or_folder: a name on the Hugging Face hub, or a folder.
        revision: commit, tag or branch on the hub.
        query_prefix, passage_prefix: put before each text; the model's own prompts by default, else nothing.
        device: where torch computes.

    Raises:
        EncoderError: there is no such model, or the hub does not answer.
    """

    def __init__(
        self,
        name_or_folder: str | Path,
        *,
        revision: str | None = None,
        query_prefix: str | None = None,
        passage_prefix: str | None = None,
        device: str = "cpu",
    ) -> None:
        name = str(name_or_folder)
        folder = Path(name_or_folder) if Path(name_or_folder).is_dir() else None
        try:
            with _quietly():
                self._model = _load(name, revision, device, only_local=folder is not None)
        except Exception as error:
            why = "the folder does not hold a model" if folder else "it is no folder, and no hub offers it or answers"
            said = str(error).strip().split("\n")[0]
            raise EncoderError(f"the embedding model {name} cannot be loaded: {why} ({said})") from error
        self._model.eval()
        dim = self._model.get_embedding_dimension()
        if dim is None:
            raise EncoderError(f"the model {name} does not say how long its vectors are; it is not an embedding model")
        prompts = {key: prompt for key, prompt in self._model.prompts.items() if prompt}
        own_passage = next((prompts[key] for key in _PASSAGE_PROMPTS if key in prompts), "")
        self._spec = EncoderSpec(
            name=folder.name if folder else name,
            revision=_content_hash(folder) if folder else self._commit() or revision or "main",
            dim=dim,
            query_prefix=prompts.get("query", "") if query_prefix is None else query_prefix,
            passage_prefix=own_passage if passage_prefix is None else passage_prefix,
            max_tokens=self._model.max_seq_length or 512,
        )

    @property
    def spec(self) -> EncoderSpec:
        """What this encoder is; the revision of a folder is a hash of what it holds."""
        return self._spec

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), rows of length 1, for questions.

        Raises:
            EncoderError: the model fails.
        """
        return self._encode(self._spec.query_prefix, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), rows of length 1, for passages.

        Raises:
            EncoderError: the model fails.
        """
        return self._encode(self._spec.passage_prefix, texts)

    def encode_counted(self, texts: Sequence[str], *, as_queries: bool) -> tuple[Vectors, int]:
        """Vectors as above, and the tokens read, prefixes and specials included; what was cut off is not counted.

        Raises:
            EncoderError: the model fails.
        """
        prefix = self._spec.query_prefix if as_queries else self._spec.passage_prefix
        if not texts:
            return self._encode(prefix, texts), 0
        split = self._model.tokenizer(
            [prefix + text for text in texts], truncation=True, max_length=self._spec.max_tokens
        )
        return self._encode(prefix, texts), sum(map(len, split["input_ids"]))

    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self._spec.dim), np.float32)
        try:
            vectors = self._model.encode(
                [prefix + text for text in texts],
                prompt="",
                batch_size=_BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        except Exception as error:
            raise EncoderError(f"the model {self._spec.name} does not answer: {error}") from error
        return np.asarray(vectors, np.float32)

    def _commit(self) -> str | None:
        configuration = getattr(getattr(self._model[0], "auto_model", None), "config", None)
        found = getattr(configuration, "_commit_hash", None)
        return found if isinstance(found, str) else None


def _load(name: str, revision: str | None, device: str, *, only_local: bool) -> SentenceTransformer:
    """What was downloaded before is taken first: without a network, the hub's client would retry for minutes."""
    try:
        return SentenceTransformer(name, revision=revision, device=device, local_files_only=True)
    except (OSError, ValueError):
        if only_local:
            raise
        return SentenceTransformer(name, revision=revision, device=device)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the progress bar and the remark that the pooling layer, which is not used, has no weights."""
    before = remarks.get_verbosity()
    remarks.set_verbosity(logging.ERROR)
    remarks.disable_progress_bar()  # type: ignore[no-untyped-call] # transformers leaves out the type
    try:
        yield
    finally:
        remarks.set_verbosity(before)
        remarks.enable_progress_bar()  # type: ignore[no-untyped-call] # transformers leaves out the type


def _content_hash(folder: Path) -> str:
    """Hash of the files that decide a model's vectors."""
    total = hashlib.sha256()
    kinds = {".json", ".safetensors", ".bin", ".txt", ".model", ".py"}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in kinds and path.name not in _NOT_WEIGHTS:
            with path.open("rb") as file:
                total.update(
                    path.relative_to(folder).as_posix().encode() + hashlib.file_digest(file, "sha256").digest()
                )
    return total.hexdigest()[:16]
