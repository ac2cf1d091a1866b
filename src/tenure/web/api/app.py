"""The API as a whole: its operations, who may ask, what errors look like, its description."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from tenure import __version__
from tenure.web.api import (
    about,
    accounts,
    agreed,
    attributes,
    calling,
    clv,
    events,
    families,
    figures,
    insight,
    mails,
    merging,
    overrides,
    own_metrics,
    people,
    problems,
    profiles,
    record,
    revenue,
    views,
)
from tenure.web.api.auth import ApiKey

DESCRIPTION = """Everything Tenure knows about your customers, as far as the key may see it.

Send `Authorization: Bearer KEY` with an API key from Settings or `tenure keys create --kind api`.
Lists come in pages: give `next` back as `after`. A write with an `Idempotency-Key` is done once, however
often it is sent. Errors are problem+json and name the field."""


class Api(NinjaAPI):
    """Ninja, with problems described as what they are."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        """The description; answers from 400 on are problem+json."""
        schema = super().get_openapi_schema(*args, **kwargs)
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                _describe(method, operation)
        return schema


def _describe(method: str, operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        if int(status) >= 400:
            answer["content"] = {problems.MEDIA_TYPE: answer["content"]["application/json"]}
    if method != "get":
        operation.setdefault("parameters", []).append(
            {
                "in": "header",
                "name": "Idempotency-Key",
                "required": False,
                "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
                "description": "Your name for this request: sent again within a day, it is done once.",
            }
        )


api = Api(
    title="Tenure",
    version=__version__,
    description=DESCRIPTION,
    urls_namespace="api",
    auth=ApiKey(),
    docs_url=None,
    openapi_url=None,
)
problems.register(api)
for part in (
    accounts,
    families,
    merging,
    views,
    people,
    attributes,
    record,
    agreed,
    figures,
    overrides,
    own_metrics,
    profiles,
    revenue,
    calling,
    clv,
    insight,
    mails,
    events,
    about,
):
    api.add_router("", part.router)


def openapi(request: HttpRequest) -> JsonResponse:
    """The description, for programs that write clients: it tells nothing of anybody."""
    return JsonResponse(api.get_openapi_schema(path_prefix="/api/v1/"))
