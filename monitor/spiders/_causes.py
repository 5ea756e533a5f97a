"""Why a request failed, in words that an operator can use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from monitor.errors import MonitorError
from monitor.guard import REST, SilentHostError

#: Longest wait that a server may ask for.
_LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """One failure."""

    #: Names the address and says what happened.
    what: str
    #: How much it counts: what passes by itself counts less than what someone has to mend.
    weight: float = 1.0
    #: Asking again would give the same answer for ever.
    final: bool = False
    #: Nothing is wrong: the site does not want to be read there.
    expected: bool = False
    #: It was not asked for at all: its host rests.
    untried: bool = False
    #: It is what became of earlier requests to the host.
    again: bool = False
    #: Status of the answer; None: there was none.
    status: int | None = None
    #: How long the server asks to be left alone.
    wait: timedelta | None = None
    #: What an operator may do about it; "": the words say it, or there is nothing.
    advice: str = ""


#: Of answers that came and are not what the declaration says.
LIST_ADVICE = "see what came (--keep DIR), then mend `items`, `answer` or `expect`"
PAGE_ADVICE = 'see what came (--keep DIR), then mend `page`; fetch = "none" takes title and summary instead'


#: Exceptions by what they are called in a message, how much they count, and what to do.
_WORDS: tuple[tuple[type[Exception], str, float, str], ...] = (
    (
        CannotResolveHostError,
        "the name of its host is not resolved",
        1.0,
        "see whether this machine reaches the web, then whether the host in `url` still exists",
    ),
    (DownloadConnectionRefusedError, "connection refused", 1.0, "nobody listens there: see `url`, or a firewall"),
    (DownloadTimeoutError, "no answer in time", 0.5, "raise `timeout`, or ask from another network"),
    (ResponseDataLossError, "the answer was cut off", 0.5, "ask again later"),
    (DownloadCancelledError, "the answer is too large", 1.0, "raise fetch.max_bytes"),
    (DownloadFailedError, "the connection failed", 0.5, "see the reason; a proxy is named by https_proxy"),
)

#: What to do about a refusal, by its status.
_REFUSED = {
    401: "the site wants an account: leave the source off",
    403: "the site turns this program or network away: leave the source off, or try `browser` or another network",
    404: "the address has moved: find the new one and set `url`",
    410: "the address has moved: find the new one and set `url`",
    429: "ask less often: `every`, `delay`",
    503: "the site rests or turns robots away: ask again later, and less often",
}


def cause_of(failure: Failure, url: str) -> Cause:
    """What a failed request or pipeline means."""
    return _cause(failure.value, url)


def _cause(error: BaseException | None, url: str) -> Cause:
    if isinstance(error, HttpError):
        return _refusal(error.response, url)
    if isinstance(error, SilentHostError):
        return replace(_cause(error.reason, url), again=True)
    if isinstance(error, IgnoreRequest):
        return _ignored(str(error), url)
    if isinstance(error, MonitorError):
        return Cause(what=f"{url}: {error}")
    for kind, words, weight, advice in _WORDS:
        if isinstance(error, kind):
            return Cause(what=f"{url}: {words}{_detail(error)}", weight=weight, advice=advice)
    return Cause(what=f"{url}: {type(error).__name__}: {error}")


def _ignored(reason: str, url: str) -> Cause:
    """Scrapy has let a request go: its middlewares say so by one exception and a sentence."""
    if "robots.txt" in reason:
        advice = "the site wants no robots there: leave the source off"
        return Cause(what=f"{url}: closed by its robots.txt", final=True, expected=True, advice=advice)
    if "DOWNLOAD_MAXSIZE" in reason:
        return Cause(what=f"{url}: the answer is too large", advice="raise fetch.max_bytes")
    rests = REST in reason
    return Cause(what=f"{url}: {reason}", untried=rests, weight=0.25 if rests else 1.0)


def _detail(error: BaseException) -> str:
    """What the library below says beyond the words, such as a certificate's fault; "" where it says nothing new."""
    if not isinstance(error, DownloadFailedError):
        return ""
    reasons = getattr(error.__cause__, "reasons", None) or []
    told = "; ".join(str(getattr(reason, "value", reason)) for reason in reasons)
    return f": {told[:200]}" if told else ""


def _refusal(response: Response, url: str) -> Cause:
    status = response.status
    return Cause(
        what=f"{url}: HTTP {status}",
        # 429 and 503 pass by themselves; every other 5xx mostly does.
        weight=0.25 if status == 429 else 0.5 if status >= 500 else 1.0,
        status=status,
        final=status == 410,
        wait=_wait(response),
        advice=_REFUSED.get(status, "ask again later" if status >= 500 else "see `method`, `params` and `headers`"),
    )


def _wait(response: Response) -> timedelta | None:
    """Retry-After, where it is a number of seconds: the date form is rare and means the same."""
    value = response.headers.get("Retry-After")
    if value is None or not value.strip().isdigit():
        return None
    return min(timedelta(seconds=int(value)), _LONGEST_WAIT)
