"""Where lines, sentences, clauses and rows begin and end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.declarations.languages import codes, language
from monitor.extractors.sentences import Sentences

READERS = {code: Sentences(language(code)) for code in codes()}


def sentences(code: str, text: str) -> list[str]:
    layout = READERS[code].read(text)
    spans = (layout.sentence_span(number) for number in range(len(layout.sentence_starts)))
    return [text[start:end].strip() for start, end in spans if text[start:end].strip()]


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("en", "Revenue was RMB35.0 billion. Profit rose.", ["Revenue was RMB35.0 billion.", "Profit rose."]),
        ("en", "Adj. net profit rose to 5.2bn. It was 4.1bn.", ["Adj. net profit rose to 5.2bn.", "It was 4.1bn."]),
        ("de", "Sie stieg auf 3,5 Mrd. Yuan. Es fiel.", ["Sie stieg auf 3,5 Mrd. Yuan.", "Es fiel."]),
        ("de", "Am 25. März kam der Bericht. Er war kurz.", ["Am 25. März kam der Bericht.", "Er war kurz."]),
        ("zh", "收入12.5亿元。利润“很好。”之后下降。", ["收入12.5亿元。", "利润“很好。”", "之后下降。"]),
        ("ja", "売上高は3億元だった。利益は減った。", ["売上高は3億元だった。", "利益は減った。"]),
    ],
)  # fmt: skip
def test_sentences_end_at_their_marks(code: str, text: str, expected: list[str]) -> None:
    assert sentences(code, text) == expected


def test_a_comma_inside_a_number_ends_no_clause() -> None:
    text = "Revenue was 1,234 million, profit 5."
    layout = READERS["en"].read(text)
    assert layout.clause(text.index("1,234")) == layout.clause(text.index("234"))
    assert layout.clause(text.index("1,234")) < layout.clause(text.index("profit"))


@pytest.mark.parametrize("row", ["| Revenue | 12 | 13 |", "Revenue | 12 | 13", "收入╱12╱13"])
def test_rows_have_cells(row: str) -> None:
    (line,) = READERS["en"].read(row).lines
    assert line.kind == "row"
    assert [row[start:end].strip() for start, end in line.cells][1:] == ["12", "13"]


@pytest.mark.parametrize(
    "table",
    [
        "House; Rating; Target\nNorth; Buy; 78\nSouth; Hold; 57",
        "App / Downloads / Change\nOne / 680 / +58%\nTwo / 112 / -6%",
        "Day – Shares – High\n11 June – 82.0 – 55.10\n12 June – 71.5 – 56.35",
        "Quarter Sales Growth\n1Q25 1.5 20%\n2Q25 2.5 67%\n3Q25 3.0 20%",
        "            2024 2025E\nSales       126.9 142.8\nAds          72.4 81.5\nLive         37.1 39.0",
    ],
)
def test_lines_that_a_mark_cuts_into_as_many_cells_are_rows(table: str) -> None:
    lines = READERS["en"].read(table).lines
    assert {line.kind for line in lines} == {"row"}
    assert len({len(line.cells) for line in lines[1:]}) == 1
    assert next(table[start:end].strip() for start, end in lines[-1].cells) in table.splitlines()[-1]


@pytest.mark.parametrize(
    "prose",
    [
        "He came / she went / they stayed\nOne / two / three\nFour / five / six",
        "Sales: 1,419 / 1,567 / 1,704\nGrowth: 12% / 10% / 9%\nProfit: 201 / 246 / 287",
        "First; second; third 3\nOnly one line with marks",
        "They sold 3 apps\nWe saw 4 more\nThe rest was 5 old",
    ],
)
def test_marks_in_prose_and_lists_cut_no_cells(prose: str) -> None:
    assert "row" not in {line.kind for line in READERS["en"].read(prose).lines}


def test_the_mark_that_is_there_most_often_cuts() -> None:
    row = "Profit╱(loss)|42|(45)|(3,722)"
    (line,) = READERS["en"].read(row).lines
    assert [row[start:end] for start, end in line.cells] == ["Profit╱(loss)", "42", "(45)", "(3,722)"]


def test_a_mark_by_chance_makes_no_row_of_sentences() -> None:
    prose = "A note | The first is here. So is the second. A third follows. The fourth is longer. It ends with a fifth."
    (line,) = READERS["en"].read(prose).lines
    assert (line.kind, line.cells) == ("text", ())


def test_the_question_that_a_sentence_answers() -> None:
    text = "How large is the team?\nAbout 400. It was 24 once.\n" + "Other things. " * 8
    layout = READERS["en"].read(text)
    question = (0, text.index("\n"))
    assert layout.asked(text, layout.sentence(text.index("400"))) == question
    assert layout.asked(text, layout.sentence(text.index("24"))) == question
    assert layout.asked(text, layout.sentence(len(text) - 2)) is None


def test_the_line_over_a_list() -> None:
    text = (
        "Results\nWe expect for the quarter:\n- revenue of 30 billion\n\n- profit of 4 billion.\n"
        f"{'More was said. ' * 12}\nBelow."
    )
    layout = READERS["en"].read(text, title_end=7)
    head = text.index("We"), text.index("\n- revenue")
    for said, over in (("We", None), ("revenue", head), ("profit", head), ("More", head), ("Below", None)):
        assert layout.introduced(text, layout.line(text.index(said)), numbered=()) == over


def test_a_heading_without_a_number_stands_over_what_follows() -> None:
    text = "Title\nEstimates\n- revenue of 30 billion\n- profit of 4 billion\n\nQ3 2025\n- users of 400 million\nMore"
    layout = READERS["en"].read(text, title_end=5)
    numbered = [layout.line(text.index(said)) for said in ("revenue", "profit", "Q3", "users")]
    head = text.index("Estimates"), text.index("\n- revenue")
    for said, over in (("Estimates", None), ("revenue", head), ("profit", head), ("users", head), ("More", head)):
        assert layout.introduced(text, layout.line(text.index(said)), numbered=numbered) == over


def test_kinds_of_lines() -> None:
    text = "Title here\n\nKey points\n• First point of many, which goes on.\nPlain text that ends."
    kinds = [line.kind for line in READERS["en"].read(text, title_end=10).lines]
    assert kinds == ["title", "blank", "heading", "item", "text"]


@given(st.text(alphabet="a1.,。|\n 。A(", max_size=80), st.sampled_from(codes()))
def test_every_offset_lies_in_a_line_a_sentence_and_a_clause(text: str, code: str) -> None:
    layout = READERS[code].read(text)
    assert list(layout.sentence_starts) == sorted(layout.sentence_starts)
    for offset in range(len(text)):
        line = layout.lines[layout.line(offset)]
        start, end = layout.sentence_span(layout.sentence(offset))
        assert line.start <= offset <= line.end
        assert line.start <= start <= end <= line.end
