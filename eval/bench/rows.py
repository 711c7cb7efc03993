"""What one question of a benchmark brought, kept as a line of JSON as soon as it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from eval.cases import Fact
from eval.citing import Citing
from rag.errors import InputError

FILE = "rows.jsonl"
REFUSED = "refused"
FAILED = "failed"  # an error, no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer. `text` is without markers; times are milliseconds since the question was asked."""

    status: str
    text: str = ""
    reason: str = ""
    quotes: tuple[str, ...] = ()
    cited: Citing = field(default_factory=Citing)
    answerer: str = ""
    answerability: float | None = None
    conflicts: int = 0
    evidence: float | None = None
    first: float | None = None
    whole: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    error: str = ""

    @property
    def said(self) -> str:
        """What counts as the answer: nothing when it was refused or failed."""
        return "" if self.status in {REFUSED, FAILED} else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRow:
    """One question asked. `shown` is the answer with what answers at hand, `withheld` the one without.

    `ranks` holds for each way of searching the ranks of the gold articles, None where one was not found. `key` says
    under which conditions the row came to be.
    """

    key: str
    item_id: str
    question: str
    facts: tuple[Fact, ...]
    false: tuple[str, ...] = ()
    shown: Given | None = None
    withheld: Given | None = None
    ranks: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """An answer is missing because of an error."""
        return any(given is not None and given.status == FAILED for given in (self.shown, self.withheld))


_ROWS = TypeAdapter(BenchRow)


class RowFile:
    """The rows in a folder, those of one key. Failed rows are not given back, so that they are asked again."""

    def __init__(self, folder: Path, key: str) -> None:
        """Read what is there.

        Raises:
            InputError: the folder cannot be used.
        """
        self._path = folder / FILE
        self.rows: dict[str, BenchRow] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lines = self._path.read_text(encoding="utf-8").split("\n") if self._path.exists() else [""]
            if lines[-1]:  # a run was cut off while it wrote
                self._write("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{self._path} cannot be used for rows: {error}", field="out") from error
        for row in filter(None, map(_parsed, lines)):
            if row.key == key and not row.failed:
                self.rows[row.item_id] = row

    def add(self, row: BenchRow) -> None:
        """Keep a row; it is in the file when this returns."""
        self._write(_ROWS.dump_json(row).decode("utf-8") + "\n")

    def _write(self, text: str) -> None:
        with self._path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)


def _parsed(line: str) -> BenchRow | None:
    try:
        return _ROWS.validate_json(line)
    except ValidationError:
        return None
