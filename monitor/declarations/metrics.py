"""What is measured: one TOML file a metric, whose name is the metric's id."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from monitor.declarations.reading import load
from monitor.declarations.watchlists import Kind
from monitor.errors import ConfigError, Fault
from storage.records import Aggregation

#: Where the metric files lie.
FOLDER = Path(__file__).parents[1] / "metrics"

#: How a metric behaves in time: what binding may expect of its periods and changes.
Shape = Literal[
    "flow", "profit", "cost", "ratio", "audience", "stock", "output", "market", "view", "deal", "payout", "price",
    "version", "uplift",
]  # fmt: skip
UnitKind = Literal["money", "percent", "count", "minutes", "version"]


def _amount(value: object) -> object:
    return Decimal(value) if isinstance(value, str) else value


Amount = Annotated[Decimal, BeforeValidator(_amount)]
Terms = Mapping[str, tuple[str, ...]]


class Metric(BaseModel):
    """A file of `monitor/metrics`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: As mails and pages call it.
    label: str
    what: str
    #: Kinds of entity that have it.
    of: Annotated[tuple[Kind, ...], Field(min_length=1)]
    shape: Shape
    #: Kinds of unit of its level.
    units: Annotated[tuple[UnitKind, ...], Field(min_length=1)]
    #: Levels outside of these bounds are not it, in any currency.
    least: Amount = Decimal(0)
    most: Amount = Decimal("1e18")
    #: The metric whose share its level in percent is.
    part_of: str = ""
    #: The metric whose quotient with revenue it is.
    margin_of: str = ""
    #: Often stated without any word for it (who "made RMB5 billion"): always considered.
    implied: bool = False
    #: What its plain reading is.
    aggregation: Aggregation = "period"
    #: Opinions are estimates whoever states them.
    basis: Literal["", "estimate"] = ""
    #: Words that name it, by language.
    terms: Terms
    #: Words that may mean it where nothing names another.
    weak: Terms = {}


@cache
def metrics() -> Mapping[str, Metric]:
    """All metrics by id.

    Raises:
        ConfigError: a file says something wrong.
    """
    found = {file.stem: load(Metric, file) for file in sorted(FOLDER.glob("*.toml"))}
    faults = [
        Fault(str(FOLDER / f"{name}.toml"), key, "the id of a metric", repr(other))
        for name, metric in found.items()
        for key, other in (("part_of", metric.part_of), ("margin_of", metric.margin_of))
        if other and other not in found
    ]
    if faults:
        raise ConfigError(faults)
    return found
