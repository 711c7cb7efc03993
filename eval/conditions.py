"""Under which conditions a run was made: figures of two runs may be compared when their sets are the same."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

import embeddings
import rag
from eval.cases import CaseSet
from eval.set_store import source_paths

_IN_PROCESS = "in process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What was asked of what. `set_digest` is that of questions and articles, as `set_digest` of this file tells it.

    `target` is the address of a deployed service, or says that the server ran in this process. `fingerprint` is that of
    the settings and `build` that of the code and its weights, both empty for a service.
    """

    set_name: str
    set_version: int
    set_digest: str
    answerer: str
    adapter: str = "jushi"
    target: str = _IN_PROCESS
    fingerprint: str = ""
    build: str = ""
    model: str = ""

    @property
    def key(self) -> str:
        """16 hexadecimal digits that differ where any condition does: under it, rows of a run are found again."""
        return hashlib.blake2b(repr(sorted(asdict(self).items())).encode(), digest_size=8).hexdigest()

    @property
    def in_process(self) -> bool:
        """The server ran in the process that measured it."""
        return self.target == _IN_PROCESS


def set_digest(case_set: CaseSet) -> str:
    """16 hexadecimal digits of a set: of its questions and of the articles that they are asked about.

    Raises:
        InputError: an article is missing.
    """
    made = hashlib.blake2b(case_set.digest.encode(), digest_size=8)
    for path in source_paths(case_set):
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file():
                made.update(f"{file.relative_to(path.parent)}\0{file.stat().st_size}\0".encode())
                made.update(file.read_bytes())
    return made.hexdigest()


def build_digest() -> str:
    """12 hexadecimal digits of all files of the packages `rag` and `embeddings`, weights and rules included."""
    made = hashlib.blake2b(digest_size=6)
    for package in (rag, embeddings):
        assert package.__file__ is not None
        folder = Path(package.__file__).parent
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and "seeds" not in path.relative_to(folder).parts:
                made.update(f"{folder.name}/{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
                made.update(path.read_bytes())
    return made.hexdigest()
