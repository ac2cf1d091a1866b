"""The catalogue in words: worked examples as lines, and the reference page made from all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tenure.metrics import wording
from tenure.metrics.catalog import METRICS
from tenure.metrics.definition import Example, Metric
from tenure.metrics.users import USERS

COMMAND = "tenure metrics reference"
_INTRODUCTION = f"""# Metrics

Every figure of an account that Tenure computes, written from the definitions by `{COMMAND}`. Each is
computed as of the end of a day, from what had happened and was known by then. Without data a figure is
missing, never 0. Its page under **Data → Metrics** says how many of your customers each covers, how its
values lay over twelve months and who uses it; the metrics of your own stand there too.
"""


def markdown() -> str:
    """The reference page: every shipped metric with definition and worked example."""
    used = _used()
    entries = (line for metric in METRICS for line in _entry(metric, used.get(metric.name, ())))
    return "\n".join([_INTRODUCTION, *_contents(), *entries])


def kind(metric: Metric) -> str:
    """What kind of figure it is: `outcome, leading, more is better`."""
    better = {"up": "more is better", "down": "less is better", None: "neither direction is better"}
    return ", ".join((metric.side, "leading" if metric.leading else "lagging", better[metric.better]))


def given(example: Example) -> list[str]:
    """The rows of an example, a line each."""
    return [
        line
        for name, rows in (
            ("use", example.use),
            ("contract", example.terms),
            ("seats", example.seats.items()),
            ("answer", example.responses),
            ("ticket", example.tickets),
            ("goal", example.goals),
        )
        for line in (f"{name:<9}{_words(row)}" for row in rows)
    ] + _named(example)


def result(metric: Metric, currency: str = "USD") -> str:
    """What an example gives: `acme 50 %, borealis no data`."""
    gives = metric.example.gives.items()
    return ", ".join(f"{account} {wording.figure(metric, value, currency)}" for account, value in gives)


def _contents() -> Iterator[str]:
    yield "| metric | name | what it is |"
    yield "|---|---|---|"
    for metric in METRICS:
        yield f"| [{metric.title}](#{metric.name}) | `{metric.name}` | {kind(metric)} |"
    yield ""


def _used() -> dict[str, list[str]]:
    """Who uses each metric as shipped."""
    found: dict[str, list[str]] = {}
    for use in (one for user in USERS for one in user.as_shipped()):
        found.setdefault(use.metric, []).append(use.who)
    return found


def _entry(metric: Metric, used: Sequence[str]) -> Iterator[str]:
    yield f'<a id="{metric.name}"></a>\n\n## {metric.title}\n'
    yield f"{metric.means}\n"
    yield f"`{metric.name}` = {metric.formula} · {metric.unit} · {kind(metric)}\n"
    yield f"Where it is missing, it takes: {metric.missing}\n"
    if metric.waiting:
        yield "Over many: Kaplan–Meier median, and shares by day 30, 60 and 90, with those still waiting.\n"
    if used:
        yield f"As shipped it is used by: {', '.join(used)}.\n"
    yield "```text"
    yield from given(metric.example)
    yield "```\n"
    yield f"As of {metric.example.as_of}: {result(metric)}.\n"


def _named(example: Example) -> list[str]:
    inputs = example.inputs
    named = {
        "features": inputs.key_features,
        "steps": inputs.onboarding_steps,
        "value": (inputs.first_value_event,) if inputs.first_value_event else (),
    }
    return [f"{name:<9}{', '.join(values)}" for name, values in named.items() if values]


def _words(row: Iterable[object]) -> str:
    found = []
    for one in row:
        if isinstance(one, dict):
            found += [f"{name} {value}" for name, value in one.items()]
        else:
            found.append("–" if one is None else f"{one:g}" if isinstance(one, float) else str(one))
    return "  ".join(found)
