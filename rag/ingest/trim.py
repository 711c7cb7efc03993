"""Within the story's box: where the story begins and ends, and which lines inside it do not belong to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from rag.ingest import bylines, roles
from rag.ingest.bounds import check_time
from rag.ingest.captions import find_captions
from rag.ingest.features import Feature
from rag.ingest.lineroles import edge_role, line_role, role_outside
from rag.ingest.region import Region
from rag.ingest.roles import Reason
from rag.ingest.tails import find_tail

_COLON = ("：", ":")
_GOES_ON = ("，", ",", "、", "；", ";", *_COLON)
_LABEL = re.compile(r"[^\s：:，,。]{1,8}[：:]")
_NO_END = {Reason.EMPTY, Reason.CAPTION, Reason.ADVERT}  # what may stand between lines of one story
_TAIL_LISTS = 4  # bullets in a row that no sentence introduces
_ABOVE_TITLE = 0.1  # share of the prose that may stand above a headline without being the story's
_LONGEST_NAME = 12  # characters of the name of an account
_DATED = 3  # dated entries in a row that make a list of other articles


class Trimmer:
    """Gives each line of a region that is not part of the story its reason, step by step, strongest evidence first."""

    def __init__(
        self, region: Region, rows: Sequence[Feature], title: str, title_line: int | None, pasted: Mapping[int, int]
    ) -> None:
        self._rows = rows
        self._pasted = pasted  # lines of a second copy, each with the line it repeats
        self._region = region
        self._title = title
        self._title_line = title_line
        self._has_boxes = region.has_boxes
        self.reasons = {number: role_outside(rows[number]) or reason for number, reason in region.reasons.items()}
        if title_line is not None:
            self.reasons.pop(title_line, None)

    def run(self) -> None:
        """Apply all rules."""
        self._empty()
        self._captions()
        self._roles()
        self._tails()
        self._lists()
        self._edges()

    def live(self) -> list[int]:
        """Lines that are still part of the story."""
        return [
            number for number in range(len(self._rows)) if number not in self.reasons and number != self._title_line
        ]

    def _prose(self, numbers: Sequence[int]) -> int:
        return sum(self._rows[number].size for number in numbers if self._rows[number].is_prose)

    def _drop(self, numbers: Sequence[int], reason: Reason) -> None:
        for number in numbers:
            self.reasons.setdefault(number, Reason.EMPTY if self._rows[number].is_empty else reason)

    def _empty(self) -> None:
        self._drop([number for number in self.live() if self._rows[number].is_empty], Reason.EMPTY)

    def _captions(self) -> None:
        is_dump = not self._has_boxes and self._title_line is not None
        captions = find_captions(self._rows, self.live(), self._title, is_dump=is_dump)
        self._drop(sorted(captions), Reason.CAPTION)

    def _roles(self) -> None:
        """Lines that are nothing but a role, wherever they stand."""
        for number in self.live():
            row = self._rows[number]
            reason = line_role(row)
            if reason is not None:
                self._drop([number], reason)

    def _lists(self) -> None:
        """Tickers, lists of links, unrelated bullets behind the story, entries with a time each."""
        live = self.live()
        for number in live:
            row = self._rows[number]
            if row.is_ticker:
                self._drop([number], Reason.NAVIGATION)
            elif (
                row.link_share > (0.6 if _is_bracketed(row) else 0.8)
                and not row.stops
                and not roles.is_attachment(row.key)
            ):
                self._drop([number], Reason.LINK_LIST)
        self._dated_entries(live)
        self._bullets()

    def _dated_entries(self, live: Sequence[int]) -> None:
        """Other articles with the time they came out below each; a single such line belongs to the bylines."""
        dated = [number for number in live if bylines.ONLY_DATE_TIME.fullmatch(self._rows[number].key)]
        near = [a for a, b in pairwise(dated) if b - a <= 4]
        if len(near) + 1 >= _DATED and self._prose([number for number in live if number < near[0]]) >= 60:
            first = max(
                (number for number in live if number < near[0] and self._rows[number].is_prose), default=near[0]
            )
            self._drop([number for number in live if first <= number <= dated[-1]], Reason.RELATED)
        self._drop([number for number in dated if ":" in self._rows[number].key], Reason.CREDIT)

    def _bullets(self) -> None:
        live = self.live()
        at = len(live)
        while at and self._rows[live[at - 1]].bullet and not self._rows[live[at - 1]].ends:
            at -= 1
        tail = live[at:]
        before = live[:at]
        if len(tail) < _TAIL_LISTS or not before or self._prose(before) < 60:
            return
        lead = self._rows[before[-1]]
        sizes = sum(self._rows[number].size for number in tail) / len(tail)
        if lead.is_prose and lead.ends and not lead.text.endswith(_COLON) and sizes >= 8:
            self._drop(tail, Reason.LINK_LIST)

    def _tails(self) -> None:
        """What follows a heading of other lists, of comments or of a legal notice, or the responsible editor's line."""
        for number, row in enumerate(self._rows):
            reason = self.reasons.get(number)
            if reason is Reason.CREDIT and bylines.is_editor_line(row.key):
                self._cut_after(number, Reason.RELATED, at_most=0.5)
            elif reason is Reason.COMMENT and not roles.is_comment_tools(row.key):
                self._cut_after(number, Reason.COMMENT, at_most=10.0)
            elif reason is Reason.RELATED and roles.is_related_head(row.key):
                self._cut_after(number, Reason.RELATED, at_most=0.5)
            elif reason is Reason.COPYRIGHT and roles.is_disclaimer_head(row.key):
                self._cut_after(number, Reason.COPYRIGHT, at_most=1.0)

            elif reason is not None and roles.is_ad_label(row.key):
                self._drop(self._region.headed_by(number), Reason.ADVERT)
        if tail := find_tail(self._rows, self.live()):
            self._drop(*tail)

    def _cut_after(self, number: int, reason: Reason, *, at_most: float) -> None:
        """Drop what follows inside the heading's box, if it is no more than `at_most` of the prose before it.

        A second copy of what stands before the heading stays.
        """
        check_time()
        live = set(self.live())
        after = [
            later for later in self._region.below(number) if later in live and self._pasted.get(later, number) >= number
        ]
        before = self._prose([earlier for earlier in live if earlier < number])
        paragraphs = sum(row.size for row in map(self._rows.__getitem__, after) if row.is_prose and row.ends)
        if before >= 40 and paragraphs <= at_most * before:
            self._drop(after, reason)
            return
        for later in after if reason is Reason.RELATED else ():
            row = self._rows[later]
            if row.is_prose or not (row.link_share > 0.5 or row.bullet or (row.is_short and not self._has_boxes)):
                break
            self._drop([later], reason)

    def _edges(self) -> None:
        """The lines before the first and after the last sentence that are not part of the story."""
        live = self.live()
        prose = [number for number in live if self._rows[number].is_prose]
        if not prose:
            return
        self._drop(self._before_title(live), Reason.NAVIGATION)
        live = self.live()
        start, end = self._best_run(live)
        for number in live:
            if not start <= number <= end:
                self._drop([number], edge_role(self._rows[number]) or Reason.NAVIGATION)
        self._drop_weak()

    def _before_title(self, live: Sequence[int]) -> list[int]:
        """The lines above the headline where almost all of the prose stands below it."""
        above = [number for number in live if self._title_line is not None and number < self._title_line]
        return above if self._prose(above) <= _ABOVE_TITLE * self._prose(live) else []

    def _best_run(self, live: Sequence[int]) -> tuple[int, int]:
        """First and last line of the run of lines with the highest sum of scores (Kadane's algorithm)."""
        best = (0.0, live[0], live[-1])
        total, begin = 0.0, 0
        for at, number in enumerate(live):
            if total <= 0:
                total, begin = 0.0, at
            total += self._score(number)
            if total > best[0]:
                best = (total, live[begin], number)
        return self._widened(live, best[1], best[2])

    def _score(self, number: int) -> float:
        row = self._rows[number]
        if row.is_prose:
            return float(row.size)
        if row.link_share > 0.5:
            return -20.0
        if row.is_row or (row.bullet and row.ends):
            return 0.0
        return -1.0 if self._has_boxes else -4.0

    def _widened(self, live: Sequence[int], start: int, end: int) -> tuple[int, int]:
        """The run with the short lines around it that stand between it and the next thing that is no story."""
        before = [number for number in live if number < start]
        while before and self._belongs(before[-1], start, forward=False):
            start = before.pop()
        after = [number for number in live if number > end]
        while after and self._belongs(after[0], end, forward=True):
            end = after.pop(0)
        return start, end

    def _belongs(self, number: int, edge: int, *, forward: bool) -> bool:
        """True for a plain line next to the run, with nothing removed in between that marks an end."""
        row = self._rows[number]
        low, high = (edge, number) if forward else (number, edge)
        between = {self.reasons[at] for at in range(low + 1, high) if at in self.reasons}
        if between - _NO_END or (row.link_share > 0.3 and not roles.is_attachment(row.key)):
            return False
        if forward:
            return self._has_boxes or self._is_led_to(number, edge)
        if self._title_line is not None:
            return number > self._title_line
        return self._has_boxes or row.is_row or row.text.endswith(_GOES_ON) or bool(_LABEL.match(row.text))

    def _is_led_to(self, number: int, edge: int) -> bool:
        """True for the first line of a list that the line above introduces, a further one, or the line that does."""
        row, last = self._rows[number], self._rows[edge]
        following = next((at for at in self.live() if at > number), None)
        leads = row.text.endswith(_COLON) and following is not None and self._rows[following].is_listed
        return leads or last.text.endswith(_COLON) or (row.is_listed and last.is_listed)

    def _drop_weak(self) -> None:
        """Bylines and legal notices, which a story holds only at its ends."""
        live = self.live()
        prose = [number for number in live if self._rows[number].is_prose]
        self._drop(self._above_dateline(prose[0]), Reason.CREDIT)
        for number in self.live():
            if number < prose[0] and self._is_below_title(self._rows[number]):
                self._drop([number], edge_role(self._rows[number]) or Reason.CREDIT)
        for numbers, at_head in ((live, True), (live[::-1], False)):
            for number in numbers:
                if number in self.reasons:
                    continue
                reason = edge_role(self._rows[number])
                signed = not at_head and bylines.is_signed_date(self._rows[number].key)
                if reason is None or signed:
                    break
                self._drop([number], reason)

    def _above_dateline(self, first: int) -> list[int]:
        """Short names between the headline and the dateline that stands above line `first`: who posted the story."""
        top = self._title_line if self._title_line is not None else first
        dated = [at for at in range(top + 1, first) if bylines.is_dateline(self._rows[at].key)]
        live = set(self.live())
        return [at for at in range(top + 1, max(dated, default=top)) if at in live and self._is_name(self._rows[at])]

    def _is_name(self, row: Feature) -> bool:
        return row.size <= _LONGEST_NAME and row.is_short and not row.pauses and not row.is_row

    def _is_below_title(self, row: Feature) -> bool:
        """True for a line of the kind that stands between headline and story: dates, counts, who wrote it."""
        bare = not any(character.isalpha() for character in row.text)
        return edge_role(row) is not None or bylines.is_outlet(row.key) or (bare and not self._has_boxes)


def _is_bracketed(row: Feature) -> bool:
    return row.text.startswith(("【", "[", "［")) and row.text.endswith(("】", "]", "］"))
