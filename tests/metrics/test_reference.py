"""The reference page is made from the registry, and a test says so if it is stale."""

from __future__ import annotations

from pathlib import Path

from tenure.metrics import reference
from tenure.metrics.catalog import METRICS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"


def test_the_page_is_what_the_registry_says() -> None:
    assert PAGE.read_text() == reference.markdown(), (
        f"stale: `{reference.COMMAND} > docs/reference/metrics.md`"
    )


def test_every_metric_has_its_place_with_an_example() -> None:
    text = reference.markdown()
    for metric in METRICS:
        assert f'<a id="{metric.name}"></a>' in text
        assert reference.result(metric) in text
