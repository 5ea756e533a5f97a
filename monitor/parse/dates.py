"""When something was published: every form in which lists and pages print it, to an aware UTC time."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import dateparser

#: A clock of another machine may be ahead by so much before a date is called a future one.
_SKEW = timedelta(minutes=10)

#: Above this, a number of seconds since 1970 would be in the year 5138: it counts milliseconds.
_MILLISECONDS = 100_000_000_000

_CLOCK = r"(?:\D{0,6}?(?P<hour>[01]?\d|2[0-3])[:：](?P<minute>[0-5]\d)(?:[:：](?P<second>[0-5]\d))?)?"
_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d\d)"
#: What stands between the numbers of a date: a mark, or an ideograph.
_MARK = r"\s?[-/.\u2e80-\u9fff]\s?"

#: 2025-11-20 14:30, 2025/11/20, 2025年11月20日 14:30, 20251120T143000Z
_YEAR_FIRST = re.compile(rf"{_YEAR}{_MARK}(?P<month>\d{{1,2}}){_MARK}(?P<day>\d{{1,2}})(?!\d){_CLOCK}")
_COMPACT = re.compile(
    r"(?<!\d)(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d))?(?!\d)"
)
#: 20/11/2025 14:30, 20.11.2025
_YEAR_LAST = re.compile(
    rf"(?<!\d)(?P<one>\d{{1,2}})\s?[./-]\s?(?P<two>\d{{1,2}})\s?[./-]\s?(?P<year>(?:19|20)\d\d)(?!\d){_CLOCK}"
)
#: 11月20日 14:05: an ideograph after each number; there the month always stands first.
_NO_YEAR = re.compile(r"(?<!\d)(?P<month>\d{1,2})\s?[\u2e80-\u9fff]\s?(?P<day>\d{1,2})\s?[\u2e80-\u9fff]" + _CLOCK)
#: 14:05: of today, or of yesterday where that is still to come.
_CLOCK_ALONE = re.compile(r"^\s*(?P<hour>[01]?\d|2[0-3])[:：](?P<minute>[0-5]\d)(?:[:：](?P<second>[0-5]\d))?\s*$")
#: 11-20 14:05, in the order of the source.
_NO_YEAR_MARKED = re.compile(r"^\s*(?P<one>\d{1,2})[-/.](?P<two>\d{1,2})\.?(?!\d)" + _CLOCK + r"\s*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A time of publication as it was found."""

    #: Aware, UTC; midnight in the source's zone where only a day is told.
    at: datetime
    #: The calendar day where the outlet is.
    day: date
    #: Whether the hour is told.
    timed: bool
    #: It was said to lie in the future and was set to the time of the fetch.
    future: bool = False


def read_date(
    value: object, *, now: datetime, zone: tzinfo | None = None, order: str = "DMY", languages: tuple[str, ...] = ()
) -> Moment | None:
    """The moment that a date of a list or page means; None where it means none.

    Args:
        value: text in any form, or a number of seconds or milliseconds since 1970.
        now: when it was fetched: relative words count from it, years left out are found by it.
        zone: of the source, for dates without a zone; None: UTC, and the day is that of the date's own zone.
        order: of day, month and year in `03/04/2025`: `DMY`, `MDY` or `YMD`.
        languages: tried for words (`vor 3 Stunden`); none: all that the parser knows, which is slow.
    """
    if isinstance(value, bool) or value is None:
        return None
    local = now.astimezone(zone or UTC)
    if isinstance(value, int | float) or re.fullmatch(r"\d{9,14}(\.\d+)?", str(value).strip()):
        return _settled(_epoch(float(str(value).strip())), now, zone, timed=True)
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(value))).strip()
    if not text:
        return None
    found = _standard(text) or _numeric(text, local, order)
    if found is None:
        found = _worded(text, local, order, languages)
    if found is None:
        return None
    at, timed = found
    if at is None:
        return None
    return _settled(at if at.tzinfo else at.replace(tzinfo=zone or UTC), now, zone, timed=timed)


def _settled(at: datetime | None, now: datetime, zone: tzinfo | None, *, timed: bool) -> Moment | None:
    if at is None or at.year < 1990:
        return None
    try:
        utc = at.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    day = at.astimezone(zone).date() if zone else at.date()
    if utc > now + _SKEW and (timed or day > now.astimezone(zone or at.tzinfo).date()):
        return Moment(at=now, day=now.astimezone(zone or at.tzinfo).date(), timed=True, future=True)
    return Moment(at=min(utc, now), day=day, timed=timed)


def _epoch(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS else seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _standard(text: str) -> tuple[datetime, bool] | None:
    """ISO 8601 and RFC 822."""
    if re.match(r"\d{4}-\d\d-\d\d", text):
        try:
            return datetime.fromisoformat(text), len(text) > 10
        except ValueError:
            pass
    if re.match(r"(?:[A-Za-z]{3},? )?\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d", text):
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        # "-0000" and names that are no zone give a naive time: the source's zone is for it.
        return at, True
    return None


def _numeric(text: str, local: datetime, order: str) -> tuple[datetime | None, bool] | None:
    if match := _YEAR_FIRST.search(text) or _COMPACT.search(text):
        rest = text[match.end() :]
        return _built(match, int(match["year"]), int(match["month"]), int(match["day"]), rest)
    if match := _YEAR_LAST.search(text):
        one, two = int(match["one"]), int(match["two"])
        day, month = (two, one) if (order == "MDY" and one <= 12) or two > 12 else (one, two)
        return _built(match, int(match["year"]), month, day, text[match.end() :])
    if match := _NO_YEAR.search(text):
        return _recent(match, int(match["month"]), int(match["day"]), local)
    if match := _NO_YEAR_MARKED.search(text):
        one, two = int(match["one"]), int(match["two"])
        day, month = (one, two) if (order == "DMY" and two <= 12) or one > 12 else (two, one)
        return _recent(match, month, day, local)
    if match := _CLOCK_ALONE.match(text):
        built = _built(match, local.year, local.month, local.day, "")
        today = built[0] if built else None
        late = today is not None and today > local.replace(tzinfo=None) + _SKEW
        return (today - timedelta(days=1) if today and late else today), True
    return None


def _built(match: re.Match[str], year: int, month: int, day: int, rest: str) -> tuple[datetime | None, bool] | None:
    if re.match(r"\s*[ap]\.?m", rest, re.IGNORECASE):
        return None
    groups = match.groupdict()
    clock = groups.get("hour")
    try:
        at = datetime(year, month, day, int(clock or 0), int(groups.get("minute") or 0), int(groups.get("second") or 0))  # noqa: DTZ001 (the caller knows the zone)
    except ValueError:
        return None, False
    if zone := re.match(r"(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d|GMT|UTC)", rest):
        offset = zone[1] if zone[1][0] in "+-" else "+00:00"
        at = datetime.fromisoformat(f"{at.isoformat()}{offset}")
    return at, clock is not None


def _recent(match: re.Match[str], month: int, day: int, local: datetime) -> tuple[datetime | None, bool] | None:
    """The last such day before tomorrow: a date without a year is of the past twelve months."""
    for year in (local.year, local.year - 1, local.year - 2, local.year - 3, local.year - 4):
        built = _built(match, year, month, day, "")
        if built and built[0] and built[0].date() <= local.date() + timedelta(days=1):
            return built
    return None, False


def _worded(text: str, local: datetime, order: str, languages: tuple[str, ...]) -> tuple[datetime, bool] | None:
    if len(text) > 80:
        return None
    zone = local.tzinfo
    try:
        at = dateparser.parse(
            text,
            languages=list(languages) or None,
            settings={
                "RELATIVE_BASE": local.replace(tzinfo=None),
                "TIMEZONE": zone.key if isinstance(zone, ZoneInfo) else "UTC",
                "RETURN_AS_TIMEZONE_AWARE": True,
                "DATE_ORDER": order,
                "PREFER_DATES_FROM": "past",
                "REQUIRE_PARTS": ["day"],
            },
        )
    except (ValueError, OverflowError, RecursionError):
        return None
    if at is None:
        return None
    return at, at.timetz().replace(tzinfo=None) != time(0) or bool(re.search(r"\d[:：]\d\d", text))
