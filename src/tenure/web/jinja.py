"""What templates can say: filters and globals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.messages import get_messages
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined

from tenure.kit import clock, words
from tenure.metrics import wording
from tenure.web import formats
from tenure.web.assets import asset
from tenure.web.escaping import Generator


def url(name: str, args: Sequence[Any] = ()) -> str:
    """The address of a page by its name; pages ask for the same ones again and again."""
    return _address(settings.ROOT_URLCONF, name, tuple(args))


@lru_cache(maxsize=20_000)
def _address(urlconf: str, name: str, args: tuple[Any, ...]) -> str:
    return reverse(name, urlconf, args=args or None)


def relative(value: date | datetime | None, zone: str = "UTC") -> str:
    """From now, by the one clock."""
    now = clock.now()
    if isinstance(value, datetime):
        return formats.relative(value, now, zone)
    return _from_day(value, now.astimezone(ZoneInfo(zone)).date())


@lru_cache(maxsize=10_000)
def _from_day(value: date | None, today: date) -> str:
    """A table says the same days again and again."""
    return formats.relative(value, datetime.combine(today, time(), UTC))


@lru_cache(maxsize=10_000)
def exactly(value: date | datetime | None, zone: str = "UTC") -> str:
    """A day in full, an instant to the minute with its zone."""
    return formats.exactly(value, zone)


def is_past(day: date, zone: str = "UTC") -> bool:
    """Whether a day is before today, by the one clock."""
    return day < clock.today(zone)


def metric(value: float | None, of: wording.InUnit, currency: str) -> str:
    """A metric's value, short, in its unit."""
    return wording.figure(of, value, currency)


def sends_mail() -> bool:
    """Whether this installation can mail links: it must know its own address for that."""
    return bool(settings.TENURE_ORIGINS)


def bar(value: float) -> str:
    """The length of a bar of 0 to 100."""
    return f"{min(max(value, 0), 100):.0f}"


@dataclass(frozen=True)
class Spark:
    """A sparkline: the points of its polylines as SVG has them, and where it ends."""

    lines: list[str]
    x: float
    y: float


def spark(values: Sequence[float | None], width: int = 64, height: int = 18) -> Spark | None:
    """A polyline for each run without a gap, scaled to the box; None where there is nothing to draw."""
    return _drawn(tuple(values), width, height)


@lru_cache(maxsize=5_000)
def _drawn(values: tuple[float | None, ...], width: int, height: int) -> Spark | None:
    runs = _runs(values, width, height)
    return Spark([" ".join(f"{x},{y}" for x, y in run) for run in runs], *runs[-1][-1]) if runs else None


def _runs(values: Sequence[float | None], width: int, height: int) -> list[list[tuple[float, float]]]:
    known = [value for value in values if value is not None]
    if not known or len(values) < 2:
        return []
    low, high = min(known), max(known)
    bottom, scale = (height - 2, (height - 4) / (high - low)) if high > low else (height / 2, 0.0)
    runs: list[list[tuple[float, float]]] = [[]]
    for x, value in zip(_across(len(values), width), values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, round(bottom - (value - low) * scale, 1)))
    return [run for run in runs if run]


@lru_cache(maxsize=256)
def _across(count: int, width: int) -> tuple[float, ...]:
    """Where each of so many values stands."""
    return tuple(round(at * width / (count - 1), 1) for at in range(count))


def environment(**options: Any) -> Environment:
    """The Jinja environment of all pages: autoescaping, and a misspelt name is an error."""
    options.setdefault("undefined", StrictUndefined)
    env = Environment(**options, extensions=["jinja2.ext.do"], trim_blocks=True, lstrip_blocks=True)  # noqa: S701 (Django turns autoescape on)
    env.code_generator_class = Generator
    env.globals.update(static=static, asset=asset, url=url, get_messages=get_messages)
    env.globals.update(sends_mail=sends_mail, get_token=get_token)
    env.filters.update(
        capital=words.capital,
        money=formats.money,
        money_exact=formats.money_exact,
        number=formats.number,
        share=formats.share,
        change=formats.change,
        day=formats.day,
        is_past=is_past,
        day_short=formats.day_short,
        exactly=exactly,
        relative=relative,
        initials=formats.initials,
        band=formats.band_of,
        spark=spark,
        bar=bar,
        metric=metric,
        size=formats.size,
    )
    return env
