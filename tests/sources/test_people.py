"""A file of people: what they are to us, what they allow, and rows that say something else."""

from __future__ import annotations

from datetime import date

from tenure.accounts import consent
from tenure.accounts.models import Person
from tenure.sources.models import RejectedRow
from tenure.workspaces.access import Access
from tests.sources.conftest import Import, counts

FILE = (
    "person_id,name,title,stakeholder role,influence,sentiment,left on,surveys consent\n"
    "ann,Ann,CFO,Decision maker,High,supporter,,yes\n"
    "bo,Bo,Champion,,,,2026-03-01,no\n"
    "cy,Cy,,friend,,,,\n"
)


def test_stakeholders_and_consent_come_from_a_file(access: Access, load: Import) -> None:
    run = load("people", FILE)
    assert counts(run) == (2, 0, 0, 1)
    (wrong,) = RejectedRow.objects.filter(run=run).values_list("says", flat=True)
    assert "is not known; write champion, sponsor, decision maker" in wrong
    people = {one.external_id: one for one in access.of(Person)}
    ann, bo = people["ann"], people["bo"]
    assert (ann.role, ann.part, ann.influence, ann.stance) == ("CFO", "decision_maker", "high", "supporter")
    assert (bo.part, bo.left_on) == ("champion", date(2026, 3, 1))
    assert consent.may_receive(access.workspace, "surveys", [ann.pk, bo.pk]) == {ann.pk}
    assert counts(load("people", FILE)) == (0, 0, 2, 1)
