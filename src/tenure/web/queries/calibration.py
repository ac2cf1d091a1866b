"""What the calibration of a health profile shows: the reliability diagram, the figures, who disagrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tenure.health import profile as profiles
from tenure.health.profile import Profile, ProfileError
from tenure.insight.audit import queries
from tenure.insight.audit.actions import OF_HEALTH, OPEN
from tenure.insight.audit.changed import calibrated_since
from tenure.insight.calibration.found import Calibration
from tenure.insight.disagreement import Disagreement
from tenure.insight.models import AuditRun
from tenure.metrics.catalogue import Metrics
from tenure.renewals.contradictions import disagreements
from tenure.workspaces.access import Access

WIDTH, HEIGHT = 440.0, 230.0
LEFT, TOP, RIGHT, BOTTOM = 44.0, 10.0, 12.0, 34.0
MOST_LISTED = 50


@dataclass(frozen=True)
class Dot:
    """Looks with about the same score: where they are drawn, and the interval of what came of them."""

    x: float
    y: float
    top: float
    bottom: float
    says: str


@dataclass(frozen=True)
class Diagram:
    """What scores promised against what came of them; coordinates are of the drawing."""

    dots: tuple[Dot, ...]
    line: str
    band: str  # a polygon around the line
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Found:
    """The newest calibration of a profile, and the one that is being made."""

    one: Calibration | None
    as_of: date | None
    made_at: datetime | None
    going_on: AuditRun | None
    diagram: Diagram | None
    changed: str  # since it was found out before
    disagree: tuple[Disagreement, ...]
    more: int

    @property
    def is_open(self) -> bool:
        """Whether one is on its way."""
        return self.going_on is not None and self.going_on.status in OPEN


def found(access: Access, profile: str) -> Found:
    """What there is to show for a profile."""
    run = queries.latest(access, AuditRun.HEALTH, OF_HEALTH)
    one = queries.calibration_of(run, profile) if run else None
    differ = disagreements(access, profile)
    return Found(
        one=one,
        as_of=run.as_of if run else None,
        made_at=run.finished_at if run else None,
        going_on=queries.going_on(access, AuditRun.HEALTH, OF_HEALTH),
        diagram=_diagram(one) if one and one.bins else None,
        changed=_changed(access, run, one) if run and one else "",
        disagree=tuple(differ[:MOST_LISTED]),
        more=max(0, len(differ) - MOST_LISTED),
    )


def _changed(access: Access, run: AuditRun, one: Calibration) -> str:
    last = queries.before(access, run)
    if last is None:
        return ""
    return calibrated_since(queries.calibration_of(last, one.profile), one, last.as_of, run.as_of)


def is_open(access: Access) -> bool:
    """Whether a calibration is being made."""
    run = queries.going_on(access, AuditRun.HEALTH, OF_HEALTH)
    return run is not None and run.status in OPEN


def fitted(access: Access, profile: Profile, metrics: Metrics) -> Profile | None:
    """A profile with the weights that outcomes have; None if none were found of the version in force."""
    run = queries.latest(access, AuditRun.HEALTH, OF_HEALTH)
    one = queries.calibration_of(run, profile.name) if run else None
    if one is None or one.fitted is None or one.version != profile.version:
        return None
    try:
        return profiles.read({**one.fitted.body, "name": profile.name, "version": profile.version}, metrics)
    except ProfileError:  # a metric that it rested on has been taken out meanwhile
        return None


def _diagram(one: Calibration) -> Diagram:
    lows = [bin_.renewed.low for bin_ in one.bins] + [point.renews.low for point in one.curve]
    floor = max(0.0, int(min(lows) * 10) / 10)
    dots = tuple(
        Dot(
            _x(bin_.score),
            _y(bin_.renewed.value, floor),
            _y(bin_.renewed.high, floor),
            _y(bin_.renewed.low, floor),
            f"score {bin_.low:.0f} to {bin_.high:.0f}: {bin_.renewed.value:.0%} of {bin_.rows:,} renewed",
        )
        for bin_ in one.bins
    )
    line = [(_x(point.score), _y(point.renews.value, floor)) for point in one.curve]
    above = [(_x(point.score), _y(point.renews.high, floor)) for point in one.curve]
    below = [(_x(point.score), _y(point.renews.low, floor)) for point in one.curve]
    return Diagram(
        dots=dots,
        line=_points(line),
        band=_points([*above, *below[::-1]]),
        across=tuple((_x(score), f"{score}") for score in range(0, 101, 20)),
        up=tuple((_y(share / 10, floor), f"{share * 10} %") for share in range(round(floor * 10), 11, 2)),
    )


def _points(some: list[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in some)


def _x(score: float) -> float:
    return round(LEFT + score / 100 * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float, floor: float) -> float:
    return round(TOP + (1 - share) / (1 - floor) * (HEIGHT - TOP - BOTTOM), 1)
