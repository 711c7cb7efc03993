"""What came back for one case, whoever answered: the values that runs keep as lines of JSON and measures read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from eval.citing import Cited

REFUSED = "refused"
FAILED = "failed"  # the request brought an error, no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyCitation:
    """What a marker points at. `article` is what the server calls the article, `name` what a set calls it.

    `exact` says whether `quote` is what stands in the original at the offsets given; None where that cannot be asked.
    """

    number: int
    article: str
    name: str = ""
    title: str = ""
    quote: str = ""
    text: str = ""  # the quote as it reads after cleaning
    start: int | None = None
    end: int | None = None
    verdict: str = ""
    exact: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPassage:
    """A passage that a search gave; its text is cut from the cleaned text of the article."""

    article: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply. `cited` are its sentences with what their citations show; empty where citations show nothing.

    `unknown_numbers` counts markers of a model that name nothing and were taken out of the text. `timings` are
    milliseconds per stage; `first` and `whole` those until the first words and the end.
    `passages` is None where the server has no search; `trace` is kept as it came, for whoever reads the report.
    """

    status: str
    text: str = ""
    cited: tuple[Cited, ...] = ()
    citations: tuple[ReplyCitation, ...] = ()
    reason: str = ""
    answerability: float | None = None
    passages: tuple[FoundPassage, ...] | None = None
    timings: Mapping[str, float] = field(default_factory=dict)
    first: float | None = None
    whole: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    unknown_numbers: int = 0
    fingerprint: str = ""
    trace: Mapping[str, object] = field(default_factory=dict)
    error: str = ""

    @property
    def answered(self) -> bool:
        """It says something of the world, as neither a refusal nor a failure does."""
        return self.status not in {REFUSED, FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The reply to one case in one run; `key` says under which conditions it came (see `eval.run.run_key`)."""

    key: str
    case_id: str
    reply: Reply


_ROWS = TypeAdapter(Row)


def row_line(row: Row) -> str:
    """One line of JSON."""
    return _ROWS.dump_json(row).decode("utf-8")


def parse_row(line: str) -> Row | None:
    """The row of a line; None when it is not one, as the last line of a run that was cut off."""
    try:
        return _ROWS.validate_json(line)
    except ValidationError:
        return None
