"""What holds for every table."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("tenure.")]


def first_fields(model: type[models.Model]) -> Iterator[str]:
    """What each index begins with; one that holds for some rows only does not count."""
    for index in model._meta.indexes:
        if index.fields and not index.condition:
            yield index.fields[0].lstrip("-")
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields and not constraint.condition:
            yield constraint.fields[0]


def test_no_index_is_the_beginning_of_another() -> None:
    """Django indexes every foreign key; where another index begins with it, each write pays for nothing."""
    doubled = {
        f"{model.__name__}.{field.name}"
        for model in ours()
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and field.db_index
        and not field.unique
        and field.name in set(first_fields(model))
    }
    assert not doubled, "say db_index=False"
