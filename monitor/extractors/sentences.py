"""Lines, sentences, clauses and table rows of a text, as spans of offsets.

A line break ends a sentence. Inside a line a sentence ends at the language's marks, unless the mark belongs to a number
or an abbreviation. Lines whose cells are set apart by one mark are rows of a table.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from monitor.declarations.languages import BindingSections

#: What sets the cells of a row apart.
_RULES = "|\t│╱¦"
_CELL = re.compile(f"[{_RULES}]")
_CLOSERS = "\"'”’»“)]」』）】"
#: A line that is short and has no mark at its end may be a heading.
_LONGEST_HEADING = 60
_ITEM = re.compile(r"\s*(?:[•◆▪●■◎·*–-]|\(?\d{1,2}[.)、]|[①-⑳])\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a title, heading, row, list item or plain text."""

    start: int
    end: int
    kind: str
    #: Spans of the cells of a row.
    cells: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where lines, sentences and clauses begin; each ends where the next begins or its line ends."""

    lines: tuple[Line, ...]
    line_starts: tuple[int, ...]
    sentence_starts: tuple[int, ...]
    clause_starts: tuple[int, ...]

    def line(self, offset: int) -> int:
        """Number of the line at an offset."""
        return max(bisect_right(self.line_starts, offset) - 1, 0)

    def sentence(self, offset: int) -> int:
        """Number of the sentence at an offset."""
        return max(bisect_right(self.sentence_starts, offset) - 1, 0)

    def clause(self, offset: int) -> int:
        """Number of the clause at an offset."""
        return max(bisect_right(self.clause_starts, offset) - 1, 0)

    def sentence_span(self, number: int) -> tuple[int, int]:
        """Span of a sentence, without the line's end."""
        start = self.sentence_starts[number]
        line = self.lines[self.line(start)]
        following = self.sentence_starts[number + 1] if number + 1 < len(self.sentence_starts) else line.end
        return start, max(min(following, line.end), start)


class Sentences:
    """Cuts the texts of one language."""

    def __init__(self, pack: BindingSections) -> None:
        ends = "".join(re.escape(mark) for mark in pack.sentences.ends)
        self._end = re.compile(f"[{ends}…]+[{re.escape(_CLOSERS)}]*")
        words = [mark for mark in pack.sentences.clauses if len(mark) > 1]
        marks = "".join(re.escape(mark) for mark in pack.sentences.clauses if len(mark) == 1)
        self._clause = re.compile("|".join([f"(?<![0-9])[{marks}]|[{marks}](?![0-9])", "[()]", *map(re.escape, words)]))
        self._short = frozenset(pack.sentences.abbreviations)

    def read(self, text: str, *, title_end: int = -1) -> Layout:
        """The layout of a normalised text; lines up to `title_end` are titles."""
        lines: list[Line] = []
        sentences: list[int] = []
        clauses: list[int] = []
        offset = 0
        for raw in text.split("\n"):
            start, end = offset, offset + len(raw)
            offset = end + 1
            cells = _cells(text, start, end)
            lines.append(Line(start, end, "title" if end <= title_end else self._kind(raw, cells), cells))
            sentences.append(start)
            clauses.append(start)
            if len(cells) > 1:
                sentences_here: list[int] = []
                clauses.extend(cell[0] for cell in cells[1:])
            else:
                sentences_here = self._sentence_starts(text, start, end)
                clauses.extend(
                    sorted({*sentences_here, *(mark.end() for mark in self._clause.finditer(text, start, end))})
                )
            sentences.extend(sentences_here)
        return Layout(
            tuple(lines), tuple(line.start for line in lines), tuple(sentences), tuple(dict.fromkeys(clauses))
        )

    def _kind(self, raw: str, cells: tuple[tuple[int, int], ...]) -> str:
        if len(cells) > 1:
            return "row"
        bare = raw.strip()
        if not bare:
            return "blank"
        if len(bare) <= _LONGEST_HEADING and not self._end.search(bare[-2:]):
            return "heading"
        return "item" if _ITEM.match(raw) else "text"

    def _sentence_starts(self, text: str, start: int, end: int) -> list[int]:
        starts: list[int] = []
        for mark in self._end.finditer(text, start, end):
            after = mark.end()
            if text[mark.start()] == "." and not self._ends(text, mark.start(), after, end):
                continue
            while after < end and text[after] in " \u3000":
                after += 1
            if after < end:
                starts.append(after)
        return starts

    def _ends(self, text: str, stop: int, after: int, end: int) -> bool:
        """Whether the full stop at `stop` ends a sentence."""
        if after < end and text[after] not in " \u3000":
            return False
        head = stop
        while head > 0 and (text[head - 1].isalpha() or text[head - 1] == "."):
            head -= 1
        word = text[head:stop].lower()
        if word in self._short:
            # "RMB5bn. It": an abbreviation that sticks to its number ends a sentence before a capital.
            rest = text[after : after + 4].lstrip()
            return head > 0 and text[head - 1].isdigit() and rest[:1].isupper()
        if head == stop and stop and text[stop - 1].isdigit():
            # "am 25. März": an ordinal, unless a capital that begins a sentence follows a longer number.
            rest = text[after : after + 3].lstrip()
            digits = re.search(r"[0-9]+$", text[max(stop - 5, 0) : stop])
            return bool(rest) and not (digits and len(digits[0]) <= 2 and not text[max(stop - 4, 0) : stop].count(","))
        return True


def _cells(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Spans of the cells of a line; none where it is no row of at least two."""
    found = _CELL.search(text, start, end)
    if found is None:
        return ()
    mark = found[0]
    cells: list[tuple[int, int]] = []
    at = start
    while at <= end:
        stop = text.find(mark, at, end)
        stop = end if stop < 0 else stop
        cells.append((at, stop))
        at = stop + 1
    # A frame's own first and last mark stand before and after nothing.
    if not text[cells[0][0] : cells[0][1]].strip():
        cells = cells[1:]
    if cells and not text[cells[-1][0] : cells[-1][1]].strip():
        cells = cells[:-1]
    return tuple(cells) if len(cells) > 1 else ()
