"""Times as the tables keep them: ISO 8601 in UTC with milliseconds, so that texts sort as moments do."""

from __future__ import annotations

from datetime import UTC, datetime


def text_of(moment: datetime) -> str:
    """A moment as text.

    >>> from datetime import timezone, timedelta
    >>> text_of(datetime(2025, 11, 21, 9, tzinfo=timezone(timedelta(hours=8))))
    '2025-11-21T01:00:00.000+00:00'

    Raises:
        ValueError: the moment has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {moment!r}")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def moment_of(text: str) -> datetime:
    """The moment that a text of a table says."""
    return datetime.fromisoformat(text)
