"""Figures with the evidence for each of their fields."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.extractors.certainty import Reasons
from monitor.extractors.scene import Slot
from storage.records import Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What was decided of one field, and what spoke for it."""

    #: `frame`, `reading`, `change`, `metric`, `measure`, `entity`, `period`, `aggregation`, `basis` or `sign`.
    name: str
    #: How much of all the weight the chosen option has, 0 to 1.
    share: float
    #: Facts that were found and their weights for the chosen option, the heaviest first.
    evidence: Reasons


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """A figure and why it reads as it does."""

    figure: Figure
    decisions: tuple[Decision, ...]
    #: What makes it as sure as it is; see `certainty`.
    certainty: Reasons

    def __str__(self) -> str:
        figure = self.figure
        meant = (figure.entity, figure.metric, figure.measure, figure.value, figure.unit, figure.bound, figure.period)
        lines = [
            f"{' '.join(map(str, meant))} {figure.aggregation} {figure.basis} ({figure.confidence:.2f})",
            f"  {figure.where} {figure.start}-{figure.end}: {figure.quote}",
        ]
        for decision in self.decisions:
            lines.append(f"  {decision.name} {decision.share:.2f}: {_listed(decision.evidence)}")
        lines += [f"  confidence {figure.confidence:.2f}: {_listed(self.certainty)}"] if self.certainty else []
        lines += [f"  audit: {remark}" for remark in figure.audit]
        return "\n".join(lines)


def _listed(reasons: Reasons) -> str:
    return ", ".join(f"{fact} {weight:+.2f}" for fact, weight in reasons)


def explained(figure: Figure, slot: Slot, certainty: Reasons) -> Explained:
    """The figure with the reasons that its slot has kept."""
    return Explained(
        figure=figure,
        certainty=certainty,
        decisions=tuple(
            Decision(name=name, share=round(share, 3), evidence=tuple(slot.reasons.get(name, ())))
            for name, share in slot.sure.items()
        ),
    )
