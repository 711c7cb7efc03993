"""The passages encoded last, in memory: sentences that many questions lead to are not encoded for each of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from embeddings.encoder import Encoder, Vectors


class RecentPassages:
    """Vectors of the latest `limit` passages that `encoder` was asked for. Safe for many threads."""

    def __init__(self, encoder: Encoder, *, limit: int) -> None:
        self._encoder = encoder
        self._limit = limit
        self._lock = threading.Lock()
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Float32 array of shape (len(texts), dim), as `Encoder.encode_passages`; what is not known is encoded."""
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known.update(zip(missing, self._encoder.encode_passages(missing), strict=True))
        with self._lock:
            for text in texts:
                self._vectors[text] = known[text]
                self._vectors.move_to_end(text)
            while len(self._vectors) > self._limit:
                self._vectors.popitem(last=False)
        rows = [known[text] for text in texts]
        return np.stack(rows) if rows else np.empty((0, self._encoder.spec.dim), np.float32)
