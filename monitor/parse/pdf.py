"""The text of a PDF in reading order, rows of tables on lines `cell | cell`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby, pairwise

import pypdfium2 as pdfium
from pypdfium2 import raw

from monitor.errors import ParseError
from monitor.parse.pdf_tables import Cell, Edges, heads_over, table

#: Pages that are read; annual reports of large companies have some 300.
_MOST_PAGES = 500

#: In heights of a line, the gaps that part words, headers of columns, cells, and paragraphs.
_WORD, _PHRASE, _CELL, _PARAGRAPH = 0.22, 0.8, 1.6, 1.75
#: In heights of a line: how far two characters of one line may stand above each other.
_LEVEL = 0.5
#: A line that reaches this share of the text's width may go on in the next.
_FULL = 0.86

_EAST = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_PAGE_NUMBER = re.compile(r"[\s\-–—|]*(?:\d{1,4}|[ivxl]{1,6})[\s\-–—|]*")
_SENTENCE_END = re.compile(r"[.!?:;。！？：；][\"'”’）)]*$")


@dataclass(frozen=True, slots=True)
class _Char:
    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


class _Line:
    """Characters that stand on one level, from left to right."""

    def __init__(self, chars: list[_Char]) -> None:
        self.chars = sorted(chars, key=lambda char: char.left)
        heights = sorted(char.top - char.bottom for char in chars)
        self.height = max(heights[len(heights) // 2], 1.0)
        #: What stands between gaps that are wide enough to part cells.
        self.cells = list(self._cells(_CELL))

    @property
    def level(self) -> float:
        return self.chars[0].middle

    @property
    def right(self) -> float:
        return self.chars[-1].right

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table: words and numbers far apart."""
        return len(self.cells) > 1 and any(re.search(r"\d", cell.text) for cell in self.cells[1:])

    @property
    def text(self) -> str:
        return (" | " if self.is_row else " ").join(cell.text for cell in self.cells)

    @property
    def phrases(self) -> list[Cell]:
        """What stands between narrower gaps, as the headers of columns do."""
        return list(self._cells(_PHRASE))

    def _cells(self, widest: float) -> Iterator[Cell]:
        text, left = self.chars[0].text, self.chars[0].left
        for before, char in pairwise(self.chars):
            gap = (char.left - before.right) / self.height
            if gap > widest:
                yield Cell(text.strip(), left, before.right)
                text, left = "", char.left
            elif gap > _WORD and not (_EAST.match(before.text) and _EAST.match(char.text)):
                text += " "
            text += char.text
        yield Cell(text.strip(), left, self.right)


def pdf_text(body: bytes) -> str:
    """The text of a PDF.

    Raises:
        ParseError: no PDF, a locked one, or one without text, such as a scan.
    """
    try:
        with closing(pdfium.PdfDocument(body)) as document:
            pages = range(min(len(document), _MOST_PAGES))
            blocks = [block for number in pages for block in _blocks(_lines(_chars(document[number])))]
    except pdfium.PdfiumError as error:
        raise ParseError(f"a PDF that cannot be opened: {error}") from error
    text = "\n\n".join(blocks)
    if not text.strip():
        raise ParseError("a PDF without text: it may be a scan")
    return text


def _chars(page: pdfium.PdfPage) -> Iterator[_Char]:
    textpage = page.get_textpage()
    for index in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, index)
        # PDFium puts in blanks and line ends of its own; places say it better.
        if code > 0x20 and code not in (0xFFFE, 0xFFFF) and raw.FPDFText_IsGenerated(textpage, index) != 1:
            left, bottom, right, top = textpage.get_charbox(index, loose=True)
            yield _Char(chr(code), left, right, bottom, top)


def _lines(chars: Iterable[_Char]) -> list[_Line]:
    """Lines from the top of a page to its foot, without page numbers."""
    levels: list[list[_Char]] = []
    for char in sorted(chars, key=lambda char: -char.middle):
        last = levels[-1] if levels else None
        if last and abs(last[0].middle - char.middle) < _LEVEL * max(char.top - char.bottom, 1.0):
            last.append(char)
        else:
            levels.append([char])
    lines = [_Line(level) for level in levels]
    return [line for line in lines if not _PAGE_NUMBER.fullmatch(line.text)]


def _blocks(lines: list[_Line]) -> Iterator[str]:
    """Paragraphs, and tables row by row."""
    edges = Edges(
        min((line.cells[0].left for line in lines), default=0.0), max((line.right for line in lines), default=0.0)
    )
    waiting: list[_Line] = []
    for is_row, part in groupby(lines, key=lambda line: line.is_row):
        run = list(part)
        # Rows that begin where the numbers stand are headers, of years for the most part.
        first = (
            next((number for number, line in enumerate(run) if edges.has_label(line)), len(run)) if is_row else len(run)
        )
        waiting += run[:first]
        if first < len(run):
            heads = heads_over(waiting, run[first], edges)
            yield from _paragraphs(waiting[: len(waiting) - heads], edges.right)
            yield from table(waiting[len(waiting) - heads :], run[first:], edges)
            waiting = []
    yield from _paragraphs(waiting, edges.right)


def _paragraphs(lines: list[_Line], width: float) -> Iterator[str]:
    if not lines:
        return
    text = lines[0].text
    for before, line in pairwise(lines):
        apart = before.level - line.level > _PARAGRAPH * max(before.height, line.height)
        ended = before.right < _FULL * width or (before.right < 0.97 * width and _SENTENCE_END.search(before.text))
        if apart or ended:
            yield text
            text = line.text
        else:
            text = _joined(text, line.text)
    yield text


def _joined(text: str, line: str) -> str:
    if re.search(r"[a-z]-$", text) and re.match(r"[a-z]", line):
        return text[:-1] + line
    east = _EAST.match(text[-1:]) and _EAST.match(line)
    return text + line if east else f"{text} {line}"
