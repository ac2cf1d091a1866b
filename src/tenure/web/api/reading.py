"""The API's description as people read it: operations with their fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tenure.web.api.app import api
from tenure.web.api.problems import MEDIA_TYPE

BASE = "/api/v1"
DEEPEST = 2  # levels of objects inside an object that are told
GROUPS = {
    "accounts": "Customers and people",
    "twice": "Who is there twice",
    "views": "Saved views",
    "record": "What they pay, answer and ask",
    "figures": "Metrics and health",
    "define": "Own metrics and health profiles",
    "revenue": "Revenue and renewals",
    "out": "Pages by e-mail",
    "work": "Warnings",
    "events": "Events",
    "about": "The workspace",
}


@dataclass(frozen=True)
class FieldLine:
    """A parameter, or a field of a body."""

    name: str
    kind: str
    says: str
    is_required: bool


@dataclass(frozen=True)
class Operation:
    """Something that can be asked of the API."""

    name: str
    method: str
    path: str
    title: str
    says: str
    parameters: tuple[FieldLine, ...]
    body: tuple[FieldLine, ...]
    gives: tuple[FieldLine, ...]
    gives_pages: bool
    problems: tuple[str, ...]
    example: str


@dataclass(frozen=True)
class Group:
    """Operations about one thing."""

    name: str
    title: str
    operations: tuple[Operation, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Everything the API can do, in the order of the page."""
    description = api.get_openapi_schema(path_prefix=f"{BASE}/")
    found = list(_operations(description))
    return tuple(
        Group(name, title, tuple(one for tag, one in found if tag == name)) for name, title in GROUPS.items()
    )


def _operations(description: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    schemas = description["components"]["schemas"]
    for path, methods in description["paths"].items():
        for method, about in methods.items():
            yield about["tags"][0], _operation(path, method.upper(), about, schemas)


def _operation(path: str, method: str, about: Mapping[str, Any], schemas: Mapping[str, Any]) -> Operation:
    good = next(answer for status, answer in about["responses"].items() if int(status) < 300)
    shape = good["content"]["application/json"]["schema"]
    item, is_paged = _item(shape, schemas)
    body = about.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        name=about["operationId"],
        method=method,
        path=path,
        title=about["description"].partition(".")[0],
        says=about["description"].partition(".")[2].strip(),
        parameters=tuple(_parameter(one, schemas) for one in about.get("parameters", ())),
        body=tuple(_fields(_target(body, schemas), schemas)),
        gives=tuple(_fields(item, schemas)),
        gives_pages=is_paged,
        problems=tuple(
            f"{status} {answer['description']}"
            for status, answer in about["responses"].items()
            if MEDIA_TYPE in answer.get("content", {})
        ),
        example=_example(path, method, body, schemas),
    )


def _item(shape: Mapping[str, Any], schemas: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """What an answer holds: of a page or a list one of its items."""
    target = _target(shape, schemas)
    if "items" in target.get("properties", {}) and "next" in target["properties"]:
        return _target(target["properties"]["items"]["items"], schemas), True
    return (_target(target["items"], schemas), False) if target.get("type") == "array" else (target, False)


def _target(shape: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference leads to; anything else as it is."""
    name = _named(shape)
    return schemas[name] if name else shape


def _named(shape: Mapping[str, Any]) -> str:
    """The name of what a reference leads to, also of one that a default stands beside; else nothing."""
    [found] = shape.get("allOf", [shape])
    return str(found.get("$ref", "")).rpartition("/")[2]


def _parameter(one: Mapping[str, Any], schemas: Mapping[str, Any]) -> FieldLine:
    where = f"{one['in']}, " if one["in"] != "query" else ""
    kind = where + _kind(one["schema"], schemas)
    return FieldLine(one["name"], kind, one.get("description", ""), one["required"])


def _fields(
    shape: Mapping[str, Any], schemas: Mapping[str, Any], before: str = "", deep: int = 0
) -> Iterator[FieldLine]:
    """The fields of an object; those of objects inside it, or inside its lists, two levels down too."""
    needed = shape.get("required", ())
    for name, field in shape.get("properties", {}).items():
        yield FieldLine(before + name, _kind(field, schemas), field.get("description", ""), name in needed)
        if deep < DEEPEST:
            is_list = field.get("type") == "array"
            inside = _target(field.get("items", {}) if is_list else field, schemas)
            yield from _fields(inside, schemas, f"{before}{name}{'[]' if is_list else ''}.", deep + 1)


def _kind(field: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """A field's type in a word or two; of a choice, what there is to choose from."""
    if options := field.get("anyOf"):
        kinds = [_kind(one, schemas) for one in options if one.get("type") != "null"]
        return " or ".join([*kinds, *(["null"] if len(kinds) < len(options) else [])])
    if choices := _target(field, schemas).get("enum"):
        return " | ".join(json.dumps(one) if one == "" else str(one) for one in choices)
    if name := _named(field):
        return name.removesuffix("Out").removesuffix("In").lower()
    if together := field.get("prefixItems"):
        return f"[{', '.join(_kind(one, schemas) for one in together)}]"
    if field.get("type") == "array":
        return f"list of {_kind(field['items'], schemas)}"
    return str(field.get("format") or field.get("type") or "any")


def _example(path: str, method: str, body: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """How to ask it from a terminal."""
    address = re.sub(r"{(\w+)}", lambda one: one[1].upper(), path)
    lines = [f'curl -H "Authorization: Bearer $KEY" $TENURE{address}']
    if method != "GET":
        lines[0] = lines[0].replace("curl ", f"curl -X {method} ", 1)
        sample = json.dumps(_sample(_target(body, schemas), schemas))
        lines += ['-H "Content-Type: application/json" -H "Idempotency-Key: $(uuidgen)"', f"-d '{sample}'"]
    return " \\\n  ".join(lines)


def _sample(shape: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that have to be there, with something in them."""
    needed = shape.get("required", ())
    return {name: _value(name, shape["properties"][name], schemas) for name in needed}


def _value(name: str, field: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    if field.get("type") == "array":
        return [_sample(_target(field["items"], schemas), schemas)]
    if choices := _target(field, schemas).get("enum"):
        return choices[0]
    samples = {"date": "2027-01-31", "date-time": "2026-04-03T10:30:00Z"}
    return samples.get(field.get("format", ""), {"account_id": "acme", "survey": "nps"}.get(name, name))
