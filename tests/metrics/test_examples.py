"""Every registered metric gives what its own worked example says, through the real engine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tenure.metrics import examples
from tenure.metrics.catalog import METRICS
from tenure.metrics.definition import Example, Metric

WITHOUT_PANDAS = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "pandas":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
from tenure.cli.base import start_django
start_django()
from tenure.metrics import examples
from tenure.metrics.catalog import METRICS
print(examples.run(METRICS["seat_use"]) == METRICS["seat_use"].example.gives)
"""
PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "metrics" / "worked_cases.json"


@pytest.mark.parametrize("metric", METRICS, ids=str)
def test_a_metric_gives_what_its_example_says(metric: Metric) -> None:
    found = examples.run(metric)
    assert {name: found[name] for name in metric.example.gives} == pytest.approx(dict(metric.example.gives))


@pytest.mark.parametrize("metric", METRICS, ids=str)
def test_an_example_shows_a_value_and_no_data(metric: Metric) -> None:
    given = metric.example.gives.values()
    assert None in given
    assert any(value is not None for value in given)


@pytest.mark.parametrize("metric", METRICS, ids=str)
def test_a_metric_says_what_it_means_and_what_would_supply_it(metric: Metric) -> None:
    assert metric.means.endswith(".")
    assert metric.missing.endswith(".")
    assert metric.title
    assert metric.formula
    assert METRICS[metric.name] is metric
    assert not {"value", "lowest", "highest"} & metric.measures.keys()  # these stand beside the measures


def cases(metric: str) -> list[dict[str, Any]]:
    """Published worked examples that name how many gave which answer."""
    if not PUBLISHED.exists():
        return []
    every = json.loads(PUBLISHED.read_text())["cases"]
    return [case for case in every if case["metric"] == metric and case["status"] == "ok"]


def answers(survey: str, counts: dict[float, int]) -> Example:
    """So many people with each score, all of one account."""
    scores = [score for score, count in counts.items() for _ in range(count)]
    rows = tuple(("acme", f"p{n}", survey, score, "2026-03-01") for n, score in enumerate(scores))
    return Example(as_of="2026-03-08", gives={}, responses=rows)


def value(metric: str, example: Example) -> float | None:
    return examples.compute(METRICS[metric], example)["acme"]


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published worked examples are not here")
def test_nps_is_what_published_examples_say() -> None:
    checked = 0
    for case in cases("nps"):
        given = case["inputs"]
        counts = {
            9.0: given.get("promoters", given.get("promoters_pct")),
            3.0: given.get("detractors", given.get("detractors_pct")),
        }
        counts[8.0] = given.get("passives", 100 - sum(counts.values()))
        assert value("nps", answers("nps", counts)) == pytest.approx(case["expected"]["nps"], abs=0.005)
        checked += 1
    assert checked


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published worked examples are not here")
def test_csat_is_what_published_examples_say() -> None:
    checked = 0
    for case in cases("csat"):
        given = case["inputs"]
        counts = (
            {4.0: given["satisfied"], 2.0: given["total"] - given["satisfied"]}
            if "satisfied" in given
            else {float(score): count for score, count in given.items()}
        )
        found = value("csat", answers("csat", counts))
        assert found is not None
        assert found * 100 == pytest.approx(case["expected"]["csat_pct"], abs=0.005)
        checked += 1
    assert checked


def test_figures_need_no_pandas() -> None:
    """It comes with a library of the tests, not with Tenure: it would take 55 MB of each process."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PANDAS], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout == "True\n", done.stderr
