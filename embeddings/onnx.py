"""The bundled model in int8 on the processor: the default encoder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime

from embeddings.bundled import BundledModel, open_bundled
from embeddings.encoder import EncoderSpec, Reading, Vectors
from embeddings.errors import EncoderError
from embeddings.tokenizer import UnigramTokenizer, load_vocabulary

_LONGEST_QUESTION, _LONGEST_PASSAGE = 128, 256  # tokens that are read together


class OnnxEncoder:
    """Encodes each text in a run of its own, several texts at once.

    A text's vector depends on nothing but the text, to the last bit: not on its neighbours, not on the batch.
    May be used by several threads at once.

    Args:
        model: the bundled model, or the folder it was unpacked into.
        threads: texts encoded at the same time; as many as this process may use processors by default.

    Raises:
        EncoderError: the graph or the vocabulary cannot be loaded.
        BundleError: `model` is a folder without an unpacked model.
    """

    def __init__(self, model: BundledModel | Path, *, threads: int | None = None) -> None:
        bundled = open_bundled(model) if isinstance(model, Path) else model
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # one thread per text beats several threads on one text
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC  # more fuses Add + Norm
        try:
            self._session = onnxruntime.InferenceSession(bundled.onnx, options, providers=["CPUExecutionProvider"])
            self._tokenizer = UnigramTokenizer(load_vocabulary(bundled.tokenizer))
        except Exception as error:
            raise EncoderError(f"the model in {bundled.folder} cannot be loaded: {error}") from error
        self._run_options = onnxruntime.RunOptions()
        self._run_options.only_execute_path_to_fetches = True  # states need seven layers of twelve
        self._spec = bundled.spec
        self._threads = threads or _processors()

    @property
    def spec(self) -> EncoderSpec:
        """What this encoder is."""
        return self._spec

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), rows of length 1, for questions."""
        return self._encode(self._spec.query_prefix, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), rows of length 1, for passages."""
        return self._encode(self._spec.passage_prefix, texts)

    def encode_counted(self, texts: Sequence[str], *, as_queries: bool) -> tuple[Vectors, int]:
        """Vectors as above, and the tokens read, prefixes and specials included; what was cut off is not counted."""
        prefix = self._spec.query_prefix if as_queries else self._spec.passage_prefix
        tokens = sum(len(self._tokenizer.encode(prefix + text, self._spec.max_tokens)) for text in texts)
        return self._encode(prefix, texts), tokens

    def read_together(self, question: str, passage: str) -> Reading:
        """States of the middle layer over `question` and `passage` in one run; the layers above are not computed."""
        asked, spans = self._split(self._spec.query_prefix, question, _LONGEST_QUESTION)
        told, told_spans = self._split(self._spec.passage_prefix, passage, _LONGEST_PASSAGE)
        states = self._run("states", asked + told)
        return Reading(states=states, spans=(*spans, *told_spans), asked=len(asked))

    def _split(self, prefix: str, text: str, longest: int) -> tuple[list[int], list[tuple[int, int]]]:
        """Ids of `text` behind its prefix, and their spans in `text` alone."""
        ids, spans = self._tokenizer.encode_spans(prefix + text, longest)
        before = len(prefix)
        return ids, [(max(0, a - before), b - before) if b > before else (0, 0) for a, b in spans]

    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self._spec.dim), np.float32)

        def encode(number: int) -> None:
            vectors[number] = self._vector(prefix + texts[number])

        if len(texts) < 2 or self._threads < 2:
            for number in range(len(texts)):
                encode(number)
            return vectors
        with ThreadPoolExecutor(self._threads, thread_name_prefix="encode") as pool:
            for _ in pool.map(encode, range(len(texts))):
                pass
        return vectors

    def _vector(self, text: str) -> Vectors:
        return self._run("vector", self._tokenizer.encode(text, self._spec.max_tokens))

    def _run(self, output: str, ids: list[int]) -> Vectors:
        try:
            (found,) = self._session.run([output], {"input_ids": np.array([ids], np.int64)}, self._run_options)
        except Exception as error:
            raise EncoderError(f"the bundled model does not answer: {error}") from error
        first: Vectors = found[0]
        return first


def _processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
