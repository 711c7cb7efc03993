"""What can go wrong between strings and nearest ids.

EmbeddingError
├── EncoderError         the model cannot be loaded, or does not answer
├── BundleError          the bundled model cannot be unpacked or fails its checksum
├── IndexMismatchError   a saved index was built differently from what is asked of it
└── IndexDamagedError    a saved index is cut short or was changed; it can only be built anew
"""

from __future__ import annotations


class EmbeddingError(Exception):
    """Root of this package's errors. The message is one sentence that a user can act on."""


class EncoderError(EmbeddingError):
    """The model cannot be loaded, or does not answer."""


class BundleError(EmbeddingError):
    """The bundled model cannot be unpacked, or what was unpacked fails its checksum."""


class IndexMismatchError(EmbeddingError):
    """A saved index was built with another encoder, dimension or metric than the one in use."""


class IndexDamagedError(EmbeddingError):
    """A saved index is cut short, was changed or cannot be read; it can only be built anew."""
