"""A story pasted twice on one page: one copy in one order, each sentence from the copy that is less damaged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.ingest.bounds import timed
from rag.ingest.features import bigrams
from rag.text.script import fold
from rag.text.sentences import sentences

SAME = 0.6  # share of bigrams that two sentences must have in common to be one sentence twice
_SHORTEST = 8  # code points; shorter lines recur without being copies
_LONG = 40  # code points of a line from which a single recurrence is a copy
_WORD_FOR_WORD = 0.9
_GREATER_PART = 0.3  # of all text: a story of one paragraph that stands twice is half of it
_REST = 4  # letters at the end by which the rest of a torn sentence is known
_LONG_RUN = 200  # code points of shorter lines that recur one after the other


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Piece:
    """Code points `[start, end)` of a line. `joins`: it continues the block of the piece before it, not a new one."""

    line: int
    start: int
    end: int
    joins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The pieces of one story in order, and the lines (and parts of lines) that said the same once more."""

    pieces: tuple[Piece, ...]
    duplicates: tuple[Piece, ...]


@dataclass(slots=True)
class _Sentence:
    piece: Piece
    text: str
    grams: frozenset[str]


def merge_copies(pieces: Sequence[Piece], lines: Sequence[str], damage: Callable[[str], float]) -> Merged:
    """Merge lines that say the same thing.

    The earliest copy gives the order. A sentence of a later copy takes the place of its twin where `damage` (0 for
    clean text) says it is less damaged; a sentence that only a later copy holds is put in where it stands there.
    """
    twins = _twins(pieces, lines)
    out: list[Piece] = []
    duplicates: list[Piece] = []
    copies = {copy for group in twins.values() for copy in group}
    for at, piece in enumerate(pieces):
        if at in copies:
            continue
        if at not in twins:
            out.append(piece)
            continue
        group = [piece, *(pieces[later] for later in twins[at])]
        chosen = _merge_group(group, lines, damage)
        out.extend(chosen)
        duplicates.extend(_left_over(group, chosen))
    return Merged(pieces=tuple(out), duplicates=tuple(duplicates))


def pasted_lines(pieces: Sequence[Piece], lines: Sequence[str]) -> dict[int, int]:
    """The lines that say once more what an earlier line of a pasted story says, by number, each with that line."""
    twins = _twins(pieces, lines)
    return {pieces[copy].line: pieces[first].line for first, copies in twins.items() for copy in copies}


def _twins(pieces: Sequence[Piece], lines: Sequence[str]) -> dict[int, list[int]]:
    """By number of the first copy of a line, the numbers of its later copies, in order."""
    texts = [fold(lines[piece.line][piece.start : piece.end]) for piece in pieces]
    grams = [bigrams(text) for text in texts]
    posting: dict[str, list[int]] = {}
    first: dict[int, int] = {}
    for at, own in enumerate(timed(grams)):
        twin = _first_copy(at, grams, posting) if len(texts[at]) >= _SHORTEST else None
        if twin is not None and (len(texts[at]) >= _LONG or texts[at] == texts[twin]):
            first[at] = twin
            continue
        for gram in own:
            posting.setdefault(gram, []).append(at)
    found: dict[int, list[int]] = {}
    whole = sum(map(len, texts))
    for run in _runs(first):
        if _is_pasted(run, first, texts, grams, whole):
            for at in run:
                found.setdefault(first[at], []).append(at)
    return found


def _is_pasted(
    run: Sequence[int], first: dict[int, int], texts: Sequence[str], grams: Sequence[frozenset[str]], whole: int
) -> bool:
    """True for lines that can only be a copy: several long ones in a row, or a story of one line almost word for word.

    `whole` is the length of all lines. A summary above a story says with single lines what the story says again; a
    refrain is short.
    """
    long = [at for at in run if len(texts[at]) >= _LONG]
    size = sum(len(texts[at]) for at in run)
    if len(long) >= 2 or (len(run) >= 2 and size >= _LONG_RUN):
        return True
    if not long or size < _GREATER_PART * whole:
        return False
    at, twin = long[0], first[long[0]]
    return _likeness(len(grams[at] & grams[twin]), grams[at], grams[twin]) >= _WORD_FOR_WORD


def _runs(first: dict[int, int]) -> list[list[int]]:
    """Copies that follow each other as their first copies do: a refrain is one line, a pasted story is many."""
    out: list[list[int]] = []
    for at in sorted(first):
        if out and at - out[-1][-1] <= 2 and 0 < first[at] - first[out[-1][-1]] <= 2:
            out[-1].append(at)
        else:
            out.append([at])
    return out


def _first_copy(at: int, grams: Sequence[frozenset[str]], posting: dict[str, list[int]]) -> int | None:
    shared: dict[int, int] = {}
    for gram in grams[at]:
        for other in posting.get(gram, ()):
            shared[other] = shared.get(other, 0) + 1
    best = max(shared, key=lambda other: (_likeness(shared[other], grams[at], grams[other]), -other), default=None)
    if best is None or _likeness(shared[best], grams[at], grams[best]) < SAME:
        return None
    return best


def _likeness(shared: int, a: frozenset[str], b: frozenset[str]) -> float:
    """Dice's coefficient of two sets that share so many elements."""
    return 2 * shared / (len(a) + len(b))


def _merge_group(group: Sequence[Piece], lines: Sequence[str], damage: Callable[[str], float]) -> list[Piece]:
    """The best sentences of all copies of one line, in the first copy's order."""
    order = _split(group[0], lines)
    for copy in timed(group[1:]):
        other = _split(copy, lines)
        order = _align(_mend(order, other, lines), _mend(other, order, lines), damage)
    return _join([sentence.piece for sentence in order])


def _split(piece: Piece, lines: Sequence[str]) -> list[_Sentence]:
    text = lines[piece.line]
    out = []
    for span in sentences(text[piece.start : piece.end]):
        start, end = piece.start + span.start, piece.start + span.end
        out.append(
            _Sentence(Piece(line=piece.line, start=start, end=end), text[start:end], bigrams(fold(text[start:end])))
        )
    return out


def _mend(own: list[_Sentence], other: list[_Sentence], lines: Sequence[str]) -> list[_Sentence]:
    """Join what damage tore apart: a sentence whose rest stands in the other copy's twin of the sentence before it.

    `推動學?` and `茖W規範管理。` are one sentence where the other copy has `推動學校科學規範管理。`
    """
    out: list[_Sentence] = []
    for sentence in own:
        last = out[-1] if out else None
        if last and last.piece.line == sentence.piece.line and _is_rest(sentence, last, other):
            start, end = last.piece.start, sentence.piece.end
            text = lines[last.piece.line][start:end]
            piece = Piece(line=last.piece.line, start=start, end=end)
            out[-1] = _Sentence(piece, text, bigrams(fold(text)))
        else:
            out.append(sentence)
    return out


def _is_rest(sentence: _Sentence, last: _Sentence, other: Sequence[_Sentence]) -> bool:
    """True when a twin of `last` ends as `sentence` does, and `last` does not."""
    end = _letters(sentence)[-_REST:]
    if len(end) < _REST or _letters(last).endswith(end):
        return False
    return any(_letters(twin).endswith(end) and _alike(last, twin) >= SAME for twin in other)


def _letters(sentence: _Sentence) -> str:
    return "".join(character for character in sentence.text if character.isalnum())


def _align(first: list[_Sentence], second: list[_Sentence], damage: Callable[[str], float]) -> list[_Sentence]:
    """Two copies as one, by the alignment of most likeness (longest common subsequence over like sentences)."""
    rows, columns = len(first), len(second)
    like = [[_alike(a, b) for b in second] for a in first]
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            pair = like[i][j] + best[i + 1][j + 1] if like[i][j] >= SAME else 0.0
            best[i][j] = max(pair, best[i + 1][j], best[i][j + 1])
    out: list[_Sentence] = []
    i = j = 0
    while i < rows and j < columns:
        if like[i][j] >= SAME and best[i][j] == like[i][j] + best[i + 1][j + 1]:
            out.append(second[j] if damage(second[j].text) < damage(first[i].text) else first[i])
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            out.append(first[i])
            i += 1
        else:
            out.append(second[j])
            j += 1
    return out + first[i:] + second[j:]


def _alike(a: _Sentence, b: _Sentence) -> float:
    if a.text == b.text:
        return 1.0
    total = len(a.grams) + len(b.grams)
    return 2 * len(a.grams & b.grams) / total if total else 0.0


def _join(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbouring sentences of one line as one piece, blanks between them included; the others join the block."""
    out: list[Piece] = []
    for piece in pieces:
        last = out[-1] if out else None
        if last and last.line == piece.line and last.end <= piece.start:
            out[-1] = Piece(line=last.line, start=last.start, end=piece.end, joins=last.joins)
        else:
            out.append(Piece(line=piece.line, start=piece.start, end=piece.end, joins=last is not None))
    return out


def _left_over(group: Sequence[Piece], chosen: Sequence[Piece]) -> list[Piece]:
    """The parts of the copies that were not chosen."""
    out = []
    for piece in group:
        at = piece.start
        for kept in sorted(kept for kept in chosen if kept.line == piece.line):
            if kept.start > at:
                out.append(Piece(line=piece.line, start=at, end=kept.start))
            at = max(at, kept.end)
        if at < piece.end:
            out.append(Piece(line=piece.line, start=at, end=piece.end))
    return out
