"""What the ledger holds after an edition, and whether it is what the edition promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.demo.command import Program
from monitor.demo.editions import Edition

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """The rows that the reading commands print, at one moment."""

    facts: dict[int, Row]
    alerts: list[Row]
    figures: list[Row]
    articles: dict[int, Row]

    @classmethod
    def read(cls, program: Program) -> Ledger:
        """Ask the commands that a user would ask."""
        return cls(
            facts={row["id"]: row for row in program.rows("facts")},
            alerts=program.rows("alerts"),
            figures=program.rows("figures"),
            articles={row["id"]: row for row in program.rows("articles")},
        )

    def told(self) -> list[Row]:
        """Each alert with the fields of its fact; the alert's own win."""
        return [{**self.facts[alert["fact"]], **alert} for alert in self.alerts]

    def since(self, earlier: Ledger) -> Ledger:
        """What has come since an earlier reading; facts and articles stay, for the others refer to them."""
        alerts = {row["id"] for row in earlier.alerts}
        figures = {row["id"] for row in earlier.figures}
        return Ledger(
            facts=self.facts,
            alerts=[row for row in self.alerts if row["id"] not in alerts],
            figures=[row for row in self.figures if row["id"] not in figures],
            articles=self.articles,
        )

    def repeated(self) -> Counter[tuple[str, str]]:
        """How many figures of each article changed nothing, by outlet and title."""
        silent = (row for row in self.figures if row["verdict"] == "repeated")
        articles = (self.articles[row["article"]] for row in silent)
        return Counter((article["outlet"], article["title"]) for article in articles)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One promise, kept or not."""

    what: str
    expected: int
    found: int

    @property
    def kept(self) -> bool:
        """Whether what was found is what was expected."""
        return self.expected == self.found


def checks(edition: Edition, news: Ledger, reposts: Iterable[str]) -> list[Check]:
    """Hold what an edition led to against what it promises.

    Args:
        edition: what was read.
        news: what has come with it.
        reposts: addresses of its articles that tell nothing new.
    """
    told = news.told()
    promised = [
        Check(
            what=f"{each.what}: {_told(each.times)}",
            expected=each.times,
            found=sum(_agrees(row, each.where) for row in told),
        )
        for each in edition.expected
    ]
    addresses = {number for number, article in news.articles.items() if article["url"] in set(reposts)}
    # Without a verdict a figure waits for a person: it is no news either.
    spoken = sum(row["article"] in addresses and row["verdict"] not in {"repeated", None} for row in news.figures)
    return [*promised, Check(what="articles that only tell again bring no news", expected=0, found=spoken)]


def _told(times: int) -> str:
    return {0: "not told", 1: "told once"}.get(times, f"told {times} times")


def _agrees(row: Row, where: Mapping[str, object]) -> bool:
    return all(row[key] == value for key, value in where.items())
