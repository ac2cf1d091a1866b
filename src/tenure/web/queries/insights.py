"""What the page of the metric audit shows: verdicts with their intervals drawn, and what is being made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tenure.insight.audit import queries
from tenure.insight.audit.actions import HORIZONS, OPEN
from tenure.insight.audit.changed import since
from tenure.insight.audit.found import LONGEST, SHORTEST, Audit, Interval, Judged, Outcomes, Verdict
from tenure.insight.audit.sentences import verdict
from tenure.insight.models import AuditRun
from tenure.revenue.models import Subscription
from tenure.web.charts import Axis, Chart, Series, Tone
from tenure.workspaces.access import Access

WIDTH, HEIGHT, EDGE = 240.0, 20.0, 8.0
MOST_LINES = 4
_TONES: tuple[Tone, ...] = ("outcome", "experience", "accent", "ink-3")
TITLES = {"churn": "Churn", "renewal": "Lost renewals", "expansion": "Expansion"}


@dataclass(frozen=True)
class Asked:
    """By what metrics are judged, from the address."""

    outcome: Outcomes
    horizon: int

    @classmethod
    def of(cls, outcome: str, horizon: str) -> Asked:
        """What an address says; the usual where it says nothing that there is."""
        days = int(horizon) if horizon.isascii() and horizon.isdigit() and len(horizon) < 4 else 90
        there = [one.value for one in Outcomes]
        return cls(
            Outcomes(outcome if outcome in there else "churn"), days if SHORTEST <= days <= LONGEST else 90
        )

    @property
    def query(self) -> str:
        """As part of an address."""
        return f"outcome={self.outcome}&horizon={self.horizon}"


@dataclass(frozen=True)
class Drawn:
    """An interval as it is drawn over the axis; all are places across."""

    low: float
    high: float
    value: float
    half: float
    says: str


@dataclass(frozen=True)
class Row:
    """A metric with its verdict."""

    one: Judged
    says: str
    drawn: Drawn | None


@dataclass(frozen=True)
class Group:
    """Metrics whose verdicts are alike."""

    title: str
    says: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Found:
    """The newest audit of a question, and the one that is being made."""

    asked: Asked
    audit: Audit | None
    made_at: datetime | None
    going_on: AuditRun | None
    changed: tuple[str, ...]  # since the audit before
    groups: tuple[Group, ...]
    ticks: tuple[tuple[float, str], ...]
    leads: Chart | None
    has_contracts: bool  # without any nothing can be found out

    @property
    def is_open(self) -> bool:
        """Whether one is on its way."""
        return self.going_on is not None and self.going_on.status in OPEN


_GROUPS = (
    (
        "What tells",
        "Those in blue earn their place: each tells something that those above it do not.",
        (Verdict.KEEP, Verdict.BEYOND, Verdict.TURNED),
    ),
    (
        "Not told from chance",
        "Shown so that you see what was tried; how many are tried is allowed for.",
        (Verdict.CHANCE,),
    ),
    (
        "Not judged",
        "What contracts say is in every comparison, but is no early sign; of the others too little is known.",
        (Verdict.CONTRACT, Verdict.THIN),
    ),
)


def found(access: Access, asked: Asked) -> Found:
    """What there is to show for a question."""
    run = queries.latest(access, asked.outcome, asked.horizon)
    audit = queries.read(run) if run else None
    low, high = _span(audit.judged if audit else ())
    return Found(
        asked=asked,
        audit=audit,
        made_at=run.finished_at if run else None,
        going_on=queries.going_on(access, asked.outcome, asked.horizon),
        changed=changed(access, run, audit) if run and audit else (),
        groups=tuple(_groups(audit, low, high)) if audit else (),
        ticks=_ticks(low, high),
        leads=_leads(audit) if audit else None,
        has_contracts=audit is not None or access.of(Subscription).exists(),
    )


def changed(access: Access, run: AuditRun, audit: Audit) -> tuple[str, ...]:
    """What is otherwise than in the audit before; nothing if there is none."""
    last = queries.before(access, run)
    return since(queries.read(last), audit) if last else ()


def is_open(access: Access, asked: Asked) -> bool:
    """Whether an audit is being made."""
    run = queries.going_on(access, asked.outcome, asked.horizon)
    return run is not None and run.status in OPEN


def metric(access: Access, asked: Asked, name: str) -> tuple[Audit, Row, Chart | None] | None:
    """One metric of the newest audit; None if there is none."""
    run = queries.latest(access, asked.outcome, asked.horizon)
    audit = queries.read(run) if run else None
    one = next((one for one in audit.judged if one.metric == name), None) if audit else None
    if audit is None or one is None:
        return None
    low, high = _span(audit.judged)
    lead = _lead_chart([one]) if any(lead.auc for lead in one.leads) else None
    return audit, Row(one, verdict(audit, one), _drawn(one.auc, low, high)), lead


def horizons(asked: Asked) -> list[int]:
    """The horizons to choose from, the one asked for among them."""
    return sorted({*HORIZONS, asked.horizon})


def _groups(audit: Audit, low: float, high: float) -> list[Group]:
    groups = []
    for title, says, verdicts in _GROUPS:
        some = [one for one in audit.judged if one.verdict in verdicts]
        rows = [Row(one, verdict(audit, one), _drawn(one.auc, low, high)) for one in some]
        groups.append(Group(title, says, tuple(rows)))
    return [group for group in groups if group.rows]


def _span(judged: Sequence[Judged]) -> tuple[float, float]:
    """The ends of the axis, on tenths: all intervals lie within."""
    lows = [one.auc.low for one in judged if one.auc] + [0.4]
    highs = [one.auc.high for one in judged if one.auc] + [0.8]
    return int(min(lows) * 10) / 10, min(1.0, (int(max(highs) * 10) + 1) / 10)


def _across(value: float, low: float, high: float) -> float:
    return round(EDGE + (value - low) / (high - low) * (WIDTH - 2 * EDGE), 1)


def _ticks(low: float, high: float) -> tuple[tuple[float, str], ...]:
    tenths = range(round(low * 10), round(high * 10) + 1)
    step = 2 if len(tenths) > 6 else 1
    shown = [tenth for tenth in tenths if (tenth - 5) % step == 0]
    return tuple((_across(tenth / 10, low, high), f"{tenth / 10:.1f}") for tenth in shown)


def _drawn(auc: Interval | None, low: float, high: float) -> Drawn | None:
    if auc is None:
        return None
    first, last, at, half = (_across(value, low, high) for value in (auc.low, auc.high, auc.value, 0.5))
    return Drawn(first, last, at, half, f"{auc.value:.2f}, from {auc.low:.2f} to {auc.high:.2f}")


def _leads(audit: Audit) -> Chart | None:
    best = [one for one in audit.judged if one.verdict is Verdict.KEEP and one.leads][:MOST_LINES]
    return _lead_chart(best) if best else None


def _lead_chart(some: Sequence[Judged]) -> Chart:
    """How well metrics separate, by how long before the time in question they were read."""
    lines = [
        Series(
            one.title, [(float(lead.days), lead.auc.value if lead.auc else None) for lead in one.leads], tone
        )
        for one, tone in zip(some, _TONES, strict=False)
    ]
    axes = Axis("read so long before", "days"), Axis("AUC", low=0.4, high=1.0)
    return Chart("line", "How early they tell", *axes, lines)
