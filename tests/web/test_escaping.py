"""Templates escape as Jinja's own do: text once, HTML never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup
from markupsafe import escape as usual

from tenure.web import jinja
from tenure.web.escaping import escape

TEMPLATE = """{% macro cell(x) %}<td>{{ x }}</td>{% endmacro %}{% set body %}<b>{{ value }}</b>{% endset %}
{{ value }}|{{ body }}|{{ cell(value) }}|{{ value ~ "<" }}|{{ value | upper }}|{{ [value] | join(", ") }}|
{% call(y) cell2(value) %}{{ y }}{% endcall %}{% for one in [value] %}{{ loop.index }}{{ one }}{% endfor %}|
{{ value | e }}|{{ body | safe }}|{% filter title %}{{ value }}{% endfilter %}|
{{ none }}{{ 1.5 }}{{ true }}"""
WITH_CALL = "{% macro cell2(x) %}{{ caller(x) }}{% endmacro %}" + TEMPLATE


@pytest.fixture(scope="module")
def both() -> tuple[Environment, Environment]:
    ours = jinja.environment(autoescape=True)
    theirs = jinja.environment(autoescape=True)
    theirs.code_generator_class = Environment.code_generator_class
    return ours, theirs


@given(st.text() | st.text("<>&'\"a").map(Markup) | st.integers() | st.floats())
def test_it_is_jinjas_own(value: object) -> None:
    assert escape(value) == str(usual(value))


@given(value=st.text("<>&'\"/ ab", max_size=12))
def test_templates_say_the_same(both: tuple[Environment, Environment], value: str) -> None:
    ours, theirs = (one.from_string(WITH_CALL).render(value=value) for one in both)
    assert ours == theirs
    if "<" in value:
        assert f"<td>{value}</td>" not in ours
