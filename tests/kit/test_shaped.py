"""Conditions are put together again from their shape and their values, and alike ones have one shape."""

from __future__ import annotations

import pytest
from django.db.models import Exists, F, Q

from tenure.accounts.models import Account
from tenure.kit.shaped import LONGEST, apart, padded
from tenure.kit.unled import unled

ALIKE = [
    (Q(segment__in=("a", "b"), name="x"), Q(segment__in=("c", "d"), name="y")),
    (Q(standing__arr_minor__gte=5) | ~Q(owner=""), Q(standing__arr_minor__gte=7) | ~Q(owner="z")),
    (
        unled(Q(standing__isnull=True, standing__score__lt=1.5), "standing", but=""),
        unled(Q(standing__isnull=True, standing__score__lt=0.0), "standing", but=""),
    ),
    (
        Q(workspace=F("standing__workspace"), pk__in=[*"abcc"]),
        Q(workspace=F("standing__workspace"), pk__in=[*"wxyz"]),
    ),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_rules_that_differ_in_values_have_one_shape(one: Q, other: Q) -> None:
    known, known_other = apart(one), apart(other)
    assert known is not None
    assert known_other is not None
    (shape, values), (shape_of_other, values_of_other) = known, known_other
    assert shape == shape_of_other
    assert hash(shape) == hash(shape_of_other)
    assert values != values_of_other
    for conditions, given in ((one, values), (other, values_of_other)):
        again = shape_of_other.q(iter(given))
        found, right = (str(Account.objects.filter(each).query) for each in (again, conditions))
        assert found == right


@pytest.mark.parametrize(
    "others",
    [
        Q(standing__arr_minor__lte=5),
        Q(standing__arr_minor__gte="5"),
        ~Q(standing__arr_minor__gte=5),
        Q(standing__arr_minor__gte=5, name="x"),
        Q(standing__isnull=True),
        Q(standing__isnull=False),
    ],
)
def test_others_have_another(others: Q) -> None:
    usual, other = apart(Q(standing__arr_minor__gte=5)), apart(others)
    assert usual is not None
    assert other is not None
    assert usual[0] != other[0]


@pytest.mark.parametrize(
    "conditions",
    [
        Q(name__icontains="x"),
        Q(name=None),
        Q(pk__in=()),
        Q(pk__in=[str(number) for number in range(13)]),
        Q(pk__in=[str(number) for number in range(2 * LONGEST)]),
        Q(pk__in=Account.objects.none()),
        Q(Exists(Account.objects.all())),
    ],
)
def test_what_is_not_of_texts_numbers_and_days_alone_is_not_taken_apart(conditions: Q) -> None:
    assert apart(conditions) is None
    assert apart(Q(name="x") & conditions) is None


def test_lists_are_padded_with_their_last() -> None:
    assert padded([]) == []
    assert [len(padded(["a"] * number)) for number in (1, 2, 3, 5, 8, 9)] == [1, 2, 4, 8, 8, 16]
    assert padded(["a", "b", "c"]) == ["a", "b", "c", "c"]
