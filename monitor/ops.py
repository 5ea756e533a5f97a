"""Words to the operators: sources that broke or are well again, messages that were given up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.alerts.compose import Composed, compose_note

#: Of a message tried for a week this many attempts are shown: how it began and how it ended.
_FIRST, _LAST = 2, 5

Note = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Word:
    """What one note comes to."""

    subject: str
    lines: Sequence[str]
    #: Set as they are.
    table: Sequence[str] = ()


def compose_ops(notes: Sequence[Note], show: Callable[[int], Mapping[str, Any] | None]) -> Composed:
    """One message of all notes that came under one key.

    Args:
        notes: `event` says which kind: `given up`, `source broken`, `source recovered`; others bring their own
            `subject` and `lines`.
        show: `Outbox.show`, for messages that were given up.
    """
    words = [_word(note, show) for note in notes]
    more = f" + {len(words) - 1} more" if len(words) > 1 else ""
    return compose_note(
        f"Keling Monitor: {words[0].subject if words else 'nothing to say'}{more}",
        [line for word in words for line in word.lines],
        kind="ops",
        tables=[line for word in words for line in word.table],
    )


def _word(note: Note, show: Callable[[int], Mapping[str, Any] | None]) -> _Word:
    match note.get("event"):
        case "given up":
            return _given_up(int(note["message"]), show)
        case "source broken":
            return _Word(
                subject=f"source {note['source']} is broken",
                lines=[
                    f"{note['source']}: {note['message']}",
                    f"Broken since {_minute(note['since'])}, last well {_minute(note['last_ok'])}.",
                    "It is asked again, ever more rarely, and you hear once when it is well again.",
                    f"More: keling-monitor sources check {note['source']}",
                ],
            )
        case "source recovered":
            return _Word(
                subject=f"source {note['source']} is well again",
                lines=[f"{note['source']} has been well since {_minute(note['since'])}."],
            )
        case _:
            return _Word(subject=str(note["subject"]), lines=[str(line) for line in note["lines"]])


def _given_up(message: int, show: Callable[[int], Mapping[str, Any] | None]) -> _Word:
    row = show(message)
    assert row is not None
    to = f"{row['recipient']} by {row['channel']}"
    if row["state"] == "uncertain":
        subject = f"nobody knows whether a message reached {to}"
        what = "It was handed over twice and never acknowledged. Ask whether it has come."
    else:
        subject = f"a message to {to} could not be sent"
        what = "It was given up after the attempts below."
    tries = [
        f"{_minute(each['started'])} {each['outcome'] or 'sending'}: {each['answer'] or ''}" for each in row["tries"]
    ]
    if len(tries) > _FIRST + _LAST + 1:
        tries = [*tries[:_FIRST], f"... {len(tries) - _FIRST - _LAST} more ...", *tries[-_LAST:]]
    return _Word(
        subject=subject,
        lines=[
            f"Message {message}: {row['subject'] or row['kind']}",
            what,
            f"To send it again: keling-monitor outbox retry {message} && keling-monitor deliver",
        ],
        table=tries,
    )


def _minute(moment: str | None) -> str:
    """A time of a table, to the minute.

    >>> _minute("2025-11-21T01:00:00.000+00:00")
    '2025-11-21 01:00 UTC'
    """
    return "never" if moment is None else f"{moment[:10]} {moment[11:16]} UTC"
