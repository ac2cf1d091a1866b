"""Attributes: their types, whose word counts most, and who owned whom on a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from tenure.accounts import attribute_rules, past
from tenure.accounts.attribute_rules import Attribute
from tenure.accounts.attributes import Typed
from tenure.web.api.auth import Asked
from tenure.web.api.problems import ABOUT_ONE, ASKING, WRITING, Refused, answers
from tenure.web.api.shapes import Given
from tenure.workspaces.roles import Right

router = Router()
KindName = Literal["", "text", "number", "amount", "date", "yes_no", "choice", "url"]
MOST_ASKED = 200


class AttributeOut(Schema):
    """An attribute of customers."""

    name: str
    type: str
    is_guessed: bool
    options: list[str] = Field(description="What there is to choose from.")
    sources: list[str] = Field(description="Whose word counts, the first most; empty: as for everything.")
    accounts: int = Field(description="How many of the newest 2,000 customers have one.")

    @classmethod
    def of(cls, one: Attribute) -> AttributeOut:
        """From an attribute."""
        return cls(
            name=one.name,
            type=one.typed.kind,
            is_guessed=one.is_guessed,
            options=list(one.typed.options),
            sources=list(one.sources),
            accounts=one.seen.accounts if one.seen else 0,
        )


class TypeIn(Given):
    """Of what type an attribute is."""

    name: str = Field(min_length=1, max_length=200)
    type: KindName = Field(description="Empty: guessed from what is seen.")
    options: list[str] = Field(default=[], max_length=100, description="What there is to choose from.")
    look: bool = Field(default=False, description="Only say what it would do.")


class OrderIn(Given):
    """Whose word counts most."""

    name: str = Field("", max_length=200, description="An attribute or column; empty: of everything.")
    sources: list[str] = Field(max_length=50, description="The first counts most; empty: as usual.")
    look: bool = Field(default=False, description="Only say what it would do.")


class EffectOut(Schema):
    """What was done, or would be: values follow within seconds."""

    looked_at: int = Field(description="Customers it is about, 5,000 at most.")
    changed: int = Field(description="Values of these that are shown differently.")
    unfit: int = Field(description="Values that do not fit the type, and stay as they are.")
    is_all: bool


@router.get("/attributes", response=answers(list[AttributeOut]), tags=["accounts"])
def list_attributes(request: Asked) -> list[AttributeOut]:
    """The attributes of customers, by name."""
    request.auth.require(Right.READ)
    return [AttributeOut.of(one) for one in attribute_rules.attributes_of(request.auth).values()]


@router.post("/attributes/type", response=answers(EffectOut, WRITING), tags=["accounts"])
def set_type(request: Asked, body: TypeIn) -> EffectOut:
    """Say of what type an attribute is. Values that do not fit are kept as they are."""
    access = request.auth
    access.require(Right.DEFINE)
    typed = Typed(body.type or "text", tuple(body.options))
    effect = attribute_rules.effect_of_type(access, body.name, typed)
    if not body.look:
        try:
            attribute_rules.set_type(access, body.name, body.type, body.options)
        except ValueError as wrong:
            raise Refused(("body", str(wrong))) from wrong
    return EffectOut.model_validate(effect, from_attributes=True)


@router.post("/attributes/order", response=answers(EffectOut, WRITING), tags=["accounts"])
def set_order(request: Asked, body: OrderIn) -> EffectOut:
    """Say whose word counts most, where several sources say something else of the same thing."""
    access = request.auth
    access.require(Right.DEFINE)
    try:
        effect = attribute_rules.effect_of_order(access, body.name, body.sources)
        if not body.look:
            attribute_rules.set_order(access, body.name, body.sources)
    except ValueError as wrong:
        raise Refused(("body", str(wrong))) from wrong
    return EffectOut.model_validate(effect, from_attributes=True)


class OwnedOut(Schema):
    """Whose book an account was in at the end of a day."""

    account: str = Field(description="Tenure's id.")
    owner: str = Field(description="Empty: nobody's.")


@router.get("/owners", response=answers(list[OwnedOut], ASKING | ABOUT_ONE), tags=["accounts"])
def owners(
    request: Asked,
    as_of: date,
    account: Annotated[list[str], Query(description="Tenure's ids.", max_length=MOST_ASKED)],
) -> list[OwnedOut]:
    """Whose book these accounts were in at the end of a day. Left out: of whom nobody had said yet."""
    found = past.owners_on(request.auth, as_of, account)
    return [OwnedOut(account=key, owner=owner) for key, owner in sorted(found.items())]
