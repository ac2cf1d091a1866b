"""A profile as a form: what somebody typed, whether it is right yet or not, and the profile it means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict

from tenure.health import profile as profiles
from tenure.health.profile import CIRCULAR, DEFAULT, Profile, ProfileError
from tenure.kit.money import digits
from tenure.metrics.catalogue import Metrics, shipped
from tenure.metrics.definition import Metric, Side, Unit
from tenure.segments.fields import fields_of
from tenure.segments.rules import MOST_CONDITIONS
from tenure.web.queries.conditions import Editor
from tenure.workspaces.access import Access

SIDES = {"outcomes": "Outcomes", "experience": "Experience"}
MOST_ROWS = profiles.MOST_POINTS
_THOUSANDS = re.compile(r"\d[,\s]\d{3}\b")
_PATH = re.compile(r" - at `[^`]*`$")

Row = tuple[str, str]


class DraftProblems(ValueError):
    """What keeps a draft from being a profile: a sentence each."""

    def __init__(self, says: Sequence[str]) -> None:
        super().__init__("; ".join(says))
        self.says = list(says)


@dataclass(frozen=True)
class Measure:
    """A metric in a draft, as typed; curve and unit are as people read them: per cent, major units."""

    metric: Metric
    side: str
    dimension: str
    weight: str
    curve: tuple[Row, ...]

    @property
    def name(self) -> str:
        """The metric's name."""
        return self.metric.name


@dataclass(frozen=True)
class Draft:
    """A profile being edited. `based_on` is the version it began from, 0 for a new one."""

    name: str
    based_on: int
    place: int
    measures: tuple[Measure, ...]
    weight_of_outcomes: str
    good: str
    fair: str
    conditions: tuple[str, ...] = ()
    comment: str = ""
    catalogue: Metrics = field(default_factory=shipped)  # the metrics there are

    @property
    def is_default(self) -> bool:
        """Whether it is for everybody who is left."""
        return self.name == DEFAULT

    @property
    def sides(self) -> list[tuple[str, str, list[tuple[str, list[Measure]]]]]:
        """The sides by name and title, each with its dimensions in order of their first measure."""
        found: dict[str, defaultdict[str, list[Measure]]] = {side: defaultdict(list) for side in SIDES}
        for one in self.measures:
            found[one.side][one.dimension].append(one)
        return [(side, title, list(found[side].items())) for side, title in SIDES.items()]

    @property
    def lacking(self) -> list[Metric]:
        """The metrics that could be added."""
        here = {one.name for one in self.measures}
        return [metric for metric in self.catalogue.values() if metric.name not in here]

    def shares(self) -> dict[str, float]:
        """Each measure's share of the whole, as far as the weights can be read."""
        weights = {one.name: _number(one.weight) or 0.0 for one in self.measures}
        outcomes = (_number(self.weight_of_outcomes) or 0.0) / 100
        of = {"outcomes": outcomes, "experience": 1 - outcomes}
        totals = {side: sum(weights[one.name] for one in self.measures if one.side == side) for side in SIDES}
        return {
            one.name: of[one.side] * weights[one.name] / totals[one.side] if totals[one.side] else 0.0
            for one in self.measures
        }

    def editors(self, access: Access) -> list[Editor | None]:
        """A form row per condition, and an empty one as long as a rule takes more."""
        rows: list[Editor | None] = [
            Editor.of(text, self.catalogue, str(place), access) for place, text in enumerate(self.conditions)
        ]
        return [*rows, None] if len(rows) < MOST_CONDITIONS else rows

    # --- changes of the form that save nothing

    def with_measure(self, metric: Metric, curve: tuple[Row, ...]) -> Draft:
        """With a metric more, on its own side."""
        side = "outcomes" if metric.side is Side.OUTCOME else "experience"
        known = [one.dimension for one in self.measures if one.side == side]
        added = Measure(metric, side, known[-1] if known else SIDES[side], "1", curve)
        return replace(self, measures=(*self.measures, added))

    def without(self, name: str) -> Draft:
        """Without a metric."""
        return replace(self, measures=tuple(one for one in self.measures if one.name != name))

    # --- the profile it means

    def profile(self, currency: str) -> Profile:
        """The profile that was typed; DraftProblems says all that is wrong with it."""
        problems: list[str] = []
        body = {
            "name": self.name,
            "version": self.based_on + 1,
            "place": self.place,
            "accounts": list(self.conditions),
            "weight_of_outcomes": _read(self.weight_of_outcomes, "Outcomes count", problems) / 100,
            "bands": {
                "good": _read(self.good, "Good begins at", problems),
                "fair": _read(self.fair, "Fair begins at", problems),
            },
            **self._sides(currency, problems),
        }
        if problems:
            raise DraftProblems(problems)
        try:
            return profiles.read(body, self.catalogue)
        except ProfileError as error:
            raise DraftProblems([_titled(_PATH.sub("", str(error)), self.catalogue)]) from error

    def _sides(self, currency: str, problems: list[str]) -> dict[str, list[dict[str, Any]]]:
        return {
            side: [
                {"title": title, "measures": [_rated(one, currency, problems) for one in measures]}
                for title, measures in dimensions
            ]
            for side, _, dimensions in self.sides
        }


def _rated(one: Measure, currency: str, problems: list[str]) -> dict[str, Any]:
    scale, title = scale_of(one.metric, currency), one.metric.title
    return {
        "metric": one.name,
        "weight": _read(one.weight, f"{title}, weight", problems),
        "curve": [
            [
                _read(value, f"{title}, value of the curve", problems) / scale,
                _read(points, f"{title}, points of the curve", problems),
            ]
            for value, points in one.curve
            if value.strip() or points.strip()
        ],
    }


def _titled(problem: str, metrics: Metrics) -> str:
    """A problem with the metric's title for its name."""
    name, colon, rest = problem.partition(":")
    return f"{metrics[name].title}:{rest}" if colon and name in metrics else problem


def of_profile(profile: Profile, based_on: int, currency: str, metrics: Metrics, comment: str = "") -> Draft:
    """The form of a profile as it is; without what measures a metric that was taken out since."""
    return Draft(
        name=profile.name,
        based_on=based_on,
        place=profile.place,
        measures=tuple(one for one in _measures(profile, currency) if one.name in metrics),
        weight_of_outcomes=written(profile.weight_of_outcomes * 100),
        good=written(profile.bands.good),
        fair=written(profile.bands.fair),
        conditions=profile.accounts,
        comment=comment,
        catalogue=metrics,
    )


def _measures(profile: Profile, currency: str) -> Iterator[Measure]:
    for side in SIDES:
        for dimension in getattr(profile, side):
            for one in dimension.measures:
                metric = profile.catalogue[one.metric]
                scale = scale_of(metric, currency)
                curve = tuple((written(value * scale), written(points)) for value, points in one.curve)
                yield Measure(metric, side, dimension.title, written(one.weight), curve)


def of_form(form: QueryDict, name: str, place: int, metrics: Metrics) -> Draft:
    """The form as it was sent; unknown metrics are passed over."""
    return Draft(
        name=name,
        based_on=int(_number(form.get("based_on", "")) or 0),
        place=place,
        measures=tuple(
            _sent(form, metrics[one]) for one in dict.fromkeys(form.getlist("measure")) if one in metrics
        ),
        weight_of_outcomes=form.get("weight_of_outcomes", "")[:40],
        good=form.get("good", "")[:40],
        fair=form.get("fair", "")[:40],
        conditions=() if name == DEFAULT else tuple(_conditions(form, metrics)),
        comment=form.get("comment", "")[:300],
        catalogue=metrics,
    )


def _sent(form: QueryDict, metric: Metric) -> Measure:
    name = metric.name
    side = form.get(f"side-{name}", "")
    own = "outcomes" if metric.side is Side.OUTCOME else "experience"
    values, points = form.getlist(f"value-{name}"), form.getlist(f"points-{name}")
    curve = [(value[:40], point[:40]) for value, point in zip(values, points, strict=False)]
    return Measure(
        metric=metric,
        side=side if side in SIDES else own,
        dimension=form.get(f"dimension-{name}", "").strip()[:60] or SIDES[side if side in SIDES else own],
        weight=form.get(f"weight-{name}", "")[:40],
        curve=tuple(row for row in curve if "".join(row).strip())[:MOST_ROWS],
    )


def _conditions(form: QueryDict, metrics: Metrics) -> Iterator[str]:
    """The conditions of the rows that name a field; an operator that is not the field's becomes its first."""
    rows = zip(
        form.getlist("where-field"), form.getlist("where-operator"), form.getlist("where-value"), strict=False
    )
    for name, operator, value in list(rows)[:MOST_CONDITIONS]:
        if name in fields_of(metrics) and name not in CIRCULAR:
            verb = Editor.of(f"{name}.{operator}", metrics).operator
            yield f"{name}.{verb.name}.{value.strip()}" if verb.takes_value else f"{name}.{verb.name}"


def scale_of(metric: Metric, currency: str) -> float:
    """By what a stored value is multiplied to be read: shares in per cent, money in major units."""
    if metric.unit is Unit.MONEY:
        return 1 / float(10 ** digits(currency))
    return 100.0 if metric.unit is Unit.SHARE else 1.0


def unit_of(metric: Metric, currency: str) -> str:
    """What stands behind a value in the form."""
    return {Unit.SHARE: "%", Unit.MONEY: currency, Unit.DAYS: "days", Unit.RATIO: "×"}.get(metric.unit, "")


def written(number: float) -> str:
    """A number with as many digits as it has: `60`, `0.5`."""
    return f"{round(number, 6):.6f}".rstrip("0").rstrip(".")


def _read(text: str, what: str, problems: list[str]) -> float:
    found = _number(text)
    if found is None:
        problems.append(
            f"{what} “{text[:20]}”: give a number, such as 40 or 0.5, without thousands separators"
        )
    return found or 0.0


def read_number(text: str) -> float | None:
    """What somebody typed as a number, with a point or a comma; None if it is none."""
    return _number(text)


def _number(text: str) -> float | None:
    plain = text.strip().replace("−", "-")
    if _THOUSANDS.search(plain):
        return None
    try:
        found = float(plain.replace(",", ".").rstrip("%× "))
    except ValueError:
        return None
    return found if abs(found) < 1e15 else None
