"""Judges every figure of a panel by what became of the accounts. Pure: no tables, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from scipy import stats
from threadpoolctl import threadpool_limits

from tenure.insight.audit import adding, separation, silence
from tenure.insight.audit.adding import Trial
from tenure.insight.audit.encoding import Column, Learnt
from tenure.insight.audit.found import Audit, Interval, Judged, Lead, Missing, Outcomes, Verdict
from tenure.insight.audit.ours import Ours
from tenure.insight.audit.separation import Flags, Floats, Ints, Separation, separate
from tenure.insight.panel import Outcome, Panel
from tenure.metrics.definition import Metric

FEWEST = 10  # accounts to which it happened, and to which it did not, before anything is said
WRONG = 0.05  # rate of false discoveries that is put up with
NEW = 0.01  # how unlikely by chance what the best of many adds has to be
MOST_CHOSEN = 8
GAPS = (0, 30, 60, 90, 120, 150, 180)
LEAD_WINDOW = 30
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Case:
    """The rows of a panel whose outcome is known."""

    panel: Panel
    outcome: Outcomes
    horizon: int
    became: Outcome
    attributes: Mapping[str, Column] = field(default_factory=dict)  # by name, those among the metrics

    @classmethod
    def of(cls, panel: Panel, outcome: Outcomes, horizon: int) -> Case:
        """A panel looked at for one outcome."""
        return cls(panel, outcome, horizon, became(panel, outcome, horizon))

    def with_attributes(self, columns: Sequence[Column]) -> Case:
        """The same with attributes beside the metrics; a category as rates of other customers."""
        if not columns:
            return self
        trial = Trial.of(self.happened, self.account, self.drawn)
        learnt = Learnt(self.rows, self.account, self.happened, trial.fold)
        account = self.panel.account
        read = [one.values if one.kinds is None else learnt.rates(one, account) for one in columns]
        panel = replace(
            self.panel,
            metrics=(*self.panel.metrics, *(one.metric for one in columns)),
            values=np.column_stack([self.panel.values, *read]),
        )
        return replace(self, panel=panel, attributes={one.name: one for one in columns})

    def columns(self, place: int) -> Floats:
        """A figure as columns of a model; a category as a flag for each kind, which tells nothing back."""
        column = self.attributes.get(self.panel.metrics[place].name)
        if column is None or column.kinds is None:
            return adding.columns_of(self.panel.values[self.rows, place])
        flags = (column.values[self.rows] == kind for kind in range(len(column.kinds)))
        return adding.together([_standardised(one.astype(np.float64)) for one in flags], len(self.rows))

    @cached_property
    def rows(self) -> Ints:
        """Which rows of the panel."""
        return np.flatnonzero(self.became.known)

    @cached_property
    def happened(self) -> Flags:
        """To which of them it happened."""
        return np.asarray(self.became.happened[self.rows] == 1)

    @cached_property
    def account(self) -> Ints:
        """Whose they are."""
        return self.panel.account[self.rows]

    @cached_property
    def drawn(self) -> Floats:
        """Samples of accounts, the same for all figures so that they can be compared."""
        return separation.samples(len(self.panel.account_ids))

    @cached_property
    def contract(self) -> list[Floats]:
        """What the contract says, as columns of a model: size, time paid, whether an end is near or known."""
        panel, rows = self.panel, self.rows
        is_due = panel.due[rows] <= panel.at[rows] + self.horizon
        facts = (np.log1p(panel.mrr[rows]), np.log1p(panel.at[rows] - panel.paying_since[rows]))
        flags = (is_due.astype(np.float64), np.isnan(panel.due[rows]).astype(np.float64))
        return [*map(adding.columns_of, facts), *map(_standardised, flags)]


def became(panel: Panel, outcome: Outcomes, days: int, after: int = 0) -> Outcome:
    """What became of a panel's rows."""
    ask = {Outcomes.CHURN: panel.churned, Outcomes.RENEWAL: panel.lost, Outcomes.EXPANSION: panel.expanded}
    return ask[outcome](days, after)


def judge(
    panel: Panel,
    outcome: Outcomes,
    horizon: int,
    counts_in: Mapping[str, Mapping[str, float]] | None = None,
    progress: Progress | None = None,
    attributes: Sequence[Column] = (),
) -> Audit:
    """Every figure of a panel, and attributes beside them, judged by an outcome within `horizon` days.

    `counts_in`: by metric, the health profiles that score by it and its share there. One thread computes:
    several that wait for one another on a busy machine take many times as long.
    """
    tell = progress or (lambda done, total, what: None)
    with threadpool_limits(1):
        case = Case.of(panel, outcome, horizon).with_attributes(attributes)
        first = [_alone(case, place) for place in range(len(case.panel.metrics))]
        tell(1, 4, "how early each tells")
        judged = _with_leads(case, _discovered(first))
        tell(2, 4, "what each adds to the others")
        judged, together = _with_added(case, judged)
        tell(3, 4, "which earn their place")
        judged = _with_verdicts(case, judged)
        groups = silence.groups(case)
    known = [
        msgspec.structs.replace(one, counts_in=dict((counts_in or {}).get(one.metric, {}))) for one in judged
    ]
    return _audit(case, known, together, groups)


def _audit(case: Case, judged: list[Judged], together: Interval | None, groups: Any) -> Audit:
    days = sorted(set(case.panel.day[case.rows].tolist()))
    order = list(Verdict)
    judged.sort(key=lambda one: (order.index(one.verdict), -abs((one.auc.value if one.auc else 0.5) - 0.5)))
    return Audit(
        outcome=case.outcome,
        horizon=case.horizon,
        as_of=case.panel.as_of,
        first_day=case.panel.days[days[0]] if days else None,
        last_day=case.panel.days[days[-1]] if days else None,
        looks=len(days),
        rows=len(case.rows),
        accounts=len(np.unique(case.account)),
        happened=int(case.happened.sum()),
        accounts_happened=len(np.unique(case.account[case.happened])),
        open=case.became.open,
        apart=case.became.apart,
        tried=sum(one.q is not None for one in judged),
        left_out=dict(case.panel.left_out),
        together=together,
        judged=tuple(judged),
        silence=tuple(groups),
    )


def _alone(case: Case, place: int) -> Judged:
    """One figure by itself."""
    metric, values = case.panel.metrics[place], case.panel.values[case.rows, place]
    known = ~np.isnan(values)
    happened, account = case.happened[known], case.account[known]
    base = Judged(
        metric=metric.name,
        title=metric.title,
        side=metric.side,
        leading=metric.leading,
        better=metric.better or "",
        verdict=Verdict.CONTRACT if _is_contract(metric) else Verdict.CHANCE,
        rows=int(known.sum()),
        accounts=len(np.unique(account)),
        happened=int(happened.sum()),
        coverage=float(known.mean()) if len(known) else 0.0,
        missing=_missing(case, ~known),
        attribute=_attribute(case, metric),
        is_ours=isinstance(case.attributes.get(metric.name), Ours),
    )
    if too_few(happened, account):
        return _thin(base)
    found, more_is_risk = _oriented(case, metric, separate(values[known], happened, account, case.drawn))
    worst, times = separation.lift(values[known] if more_is_risk else -values[known], happened)
    return msgspec.structs.replace(
        base, auc=interval(found), p=found.p, more_is_risk=more_is_risk, worst_rate=worst, lift=times
    )


def _attribute(case: Case, metric: Metric) -> str:
    column = case.attributes.get(metric.name)
    return "" if column is None or isinstance(column, Ours) else column.attribute


def _thin(base: Judged) -> Judged:
    is_contract = base.verdict is Verdict.CONTRACT
    return base if is_contract else msgspec.structs.replace(base, verdict=Verdict.THIN)


def _oriented(case: Case, metric: Metric, found: Separation) -> tuple[Separation, bool]:
    """A separation by values as one by the metric's bad end, or good end for an outcome one hopes for.

    Where neither direction is better, by the end that it was found at. And whether that end is the high one.
    """
    column = case.attributes.get(metric.name)
    if column is not None and column.kinds is not None:
        return _one_sided(found), True
    if metric.better is None:
        more_is_risk = found.auc >= 0.5
    else:
        more_is_risk = (metric.better == "up") is case.outcome.is_good
    return (found if more_is_risk else found.flipped), more_is_risk


def _one_sided(found: Separation) -> Separation:
    """That of rates learnt from others, which tell only by being right: below a half they tell nothing."""
    return replace(found, p=found.p / 2 if found.auc > 0.5 else 1 - found.p / 2)


def _is_contract(metric: Metric) -> bool:
    return {one.table for one in metric.measures.values()} == {"subscriptions"}


def too_few(happened: Flags, account: Ints) -> bool:
    """Whether either group has too few accounts to say anything."""
    groups = (account[happened], account[~happened])
    return any(len(np.unique(some)) < FEWEST for some in groups)


def _missing(case: Case, missing: Flags) -> Missing | None:
    """What being missing tells; None where hardly anything or nearly everything is."""
    if not adding.RARELY < missing.mean() < 1 - adding.RARELY if len(missing) else True:
        return None
    if too_few(case.happened, case.account) or not case.happened[missing].size:
        return None
    found = separate(missing.astype(np.float64), case.happened, case.account, case.drawn)
    return Missing(
        rows=int(missing.sum()),
        rate=float(case.happened[missing].mean()),
        rate_known=float(case.happened[~missing].mean()),
        auc=interval(found),
        p=found.p,
    )


def _discovered(judged: list[Judged]) -> list[Judged]:
    """With q-values over all that were tried; what is a fact of the contract is no candidate."""
    tried = [one.p if one.p is not None and one.verdict is not Verdict.CONTRACT else np.nan for one in judged]
    found = separation.discoveries(np.array(tried, dtype=np.float64))
    return [
        msgspec.structs.replace(one, q=None if np.isnan(q) else float(q))
        for one, q in zip(judged, found, strict=True)
    ]


def _with_leads(case: Case, judged: list[Judged]) -> list[Judged]:
    """Each figure's separation by how long before it was read, and the longest that still clears a half."""
    later = _later(case.panel, case.outcome)
    return [
        one if one.auc is None else _with_lead(case, place, one, later) for place, one in enumerate(judged)
    ]


def _with_lead(case: Case, place: int, one: Judged, later: Mapping[int, Outcome]) -> Judged:
    leads = _leads(case.panel, case.panel.values[:, place], one.more_is_risk, case.drawn, later)
    clear = [lead.days for lead in leads if lead.auc and lead.auc.low > 0.5]
    return msgspec.structs.replace(one, leads=leads, lead_days=max(clear, default=None))


def leads_of(
    panel: Panel, outcome: Outcomes, values: Floats, more_is_risk: bool, drawn: Floats
) -> tuple[Lead, ...]:
    """How well a panel's column separates those to whom it happens in the 30 days after each gap."""
    return _leads(panel, values, more_is_risk, drawn, _later(panel, outcome))


def _later(panel: Panel, outcome: Outcomes) -> dict[int, Outcome]:
    return {gap: became(panel, outcome, LEAD_WINDOW, gap) for gap in GAPS}


def _leads(
    panel: Panel, values: Floats, more_is_risk: bool, drawn: Floats, later: Mapping[int, Outcome]
) -> tuple[Lead, ...]:
    score = values if more_is_risk else -values
    return tuple(_lead(panel, score, gap, outcome, drawn) for gap, outcome in later.items())


def _lead(panel: Panel, score: Floats, gap: int, outcome: Outcome, drawn: Floats) -> Lead:
    rows = np.flatnonzero(outcome.known & ~np.isnan(score))
    happened, account = outcome.happened[rows] == 1, panel.account[rows]
    if too_few(happened, account):
        return Lead(gap, int(happened.sum()), None)
    return Lead(gap, int(happened.sum()), interval(separate(score[rows], happened, account, drawn)))


def _with_added(case: Case, judged: list[Judged]) -> tuple[list[Judged], Interval | None]:
    """What each adds to the model of all others: the change of AUC on accounts that were not learnt from."""
    if too_few(case.happened, case.account):
        return judged, None
    trial = Trial.of(case.happened, case.account, case.drawn)
    parts = [case.columns(place) for place in range(len(judged))]
    added, together = trial.each(case.contract, parts)
    with_added = [
        one if one.auc is None else msgspec.structs.replace(one, added=_change(change))
        for one, change in zip(judged, added, strict=True)
    ]
    return with_added, interval(separate(together, case.happened, case.account, case.drawn))


def _with_verdicts(case: Case, judged: list[Judged]) -> list[Judged]:
    """Which figures, one after another, tell something that those chosen before do not."""
    names = [one.metric for one in judged]
    told = [place for place, one in enumerate(judged) if one.q is not None and one.q <= WRONG]
    parts = {place: adding.columns_of(case.panel.values[case.rows, place]) for place in told}
    chosen = _chosen(case, {place: part for place, part in parts.items() if part.shape[1]})
    found = list(judged)
    for place in told:
        one = found[place]
        if one.auc and one.auc.value < 0.5:
            found[place] = msgspec.structs.replace(one, verdict=Verdict.TURNED)
        elif place in chosen:
            found[place] = msgspec.structs.replace(one, verdict=Verdict.KEEP)
        else:
            like = _likest(case, place, chosen)
            found[place] = msgspec.structs.replace(
                one, verdict=Verdict.BEYOND, beyond=names[like] if like is not None else ""
            )
    return found


def _chosen(case: Case, parts: Mapping[int, Floats]) -> list[int]:
    """Figures in the order in which they add most, until none adds what chance would not."""
    chosen: list[int] = []
    while len(chosen) < MOST_CHOSEN and len(chosen) < len(parts):
        base = adding.together([*case.contract, *(parts[one] for one in chosen)], len(case.rows))
        tests = {
            place: adding.partial(base, part, case.happened, case.account)
            for place, part in parts.items()
            if place not in chosen
        }
        best = min(tests, key=lambda place: tests[place].p)
        if tests[best].p > NEW:
            break
        chosen.append(best)
    return chosen


def _likest(case: Case, place: int, chosen: list[int]) -> int | None:
    """Which of the chosen goes most along with a figure, by rank."""
    values = case.panel.values[case.rows]
    return max(chosen, key=lambda other: _alike(values[:, place], values[:, other]), default=None)


def _alike(one: Floats, other: Floats) -> float:
    both = ~np.isnan(one) & ~np.isnan(other)
    if both.sum() < FEWEST:
        return 0.0
    ranks = [stats.rankdata(some[both]) for some in (one, other)]
    if any(some.std() == 0 for some in ranks):
        return 0.0
    return float(abs(np.corrcoef(*ranks)[0, 1]))


def _standardised(flag: Floats) -> Floats:
    """A column of noughts and ones; none where all are alike."""
    deviation = flag.std()
    return (flag[:, None] - flag.mean()) / deviation if deviation > 0 else np.empty((len(flag), 0))


def interval(found: Separation) -> Interval:
    """A separation as it is kept."""
    return Interval(found.auc, found.low, found.high)


def _change(change: adding.Change | None) -> Interval | None:
    return Interval(change.auc, change.low, change.high) if change else None
