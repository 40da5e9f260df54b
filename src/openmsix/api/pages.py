"""The page that explains the API, made from its OpenAPI document."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from openmsix.api.document import EVERYWHERE, WITH_TOKEN, Data, document
from openmsix.api.problems import KINDS, MEDIA_TYPE
from openmsix.api.urls import api


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every operation with its scope, what it takes and answers; the shapes; the problems."""
    told = document(api)
    scheme = next(iter(told["components"]["securitySchemes"].values()))
    context = {
        "operations": list(_operations(told)),
        "shapes": [_shape(name, shape) for name, shape in sorted(told["components"]["schemas"].items())],
        "scopes": scheme["flows"]["clientCredentials"]["scopes"].items(),
        "problems": KINDS.values(),
        "about": told["info"]["description"].splitlines(),
    }
    return render(request, "help/api.html", context)


def coded(text: str) -> SafeString:
    """A text with what stands between backticks as code."""
    pieces = (
        (format_html("<code>{}</code>", piece) if number % 2 else piece,)
        for number, piece in enumerate(text.split("`"))
    )
    return format_html_join("", "{}", pieces)


def _operations(told: Data) -> Any:
    for address, methods in told["paths"].items():
        for method, details in methods.items():
            content = details.get("requestBody", {}).get("content", {})
            yield {
                **details,
                "method": method.upper(),
                "paragraphs": list(map(coded, details.get("description", "").split("\n\n"))),
                "parameters": [
                    {**each, "description": coded(each.get("description", ""))}
                    for each in details.get("parameters", ())
                ],
                "address": address,
                "scope": next(
                    (
                        scope
                        for one in details.get("security", ())
                        for scopes in one.values()
                        for scope in scopes
                    ),
                    "",
                ),
                "takes": [(kind, _named(body["schema"])) for kind, body in content.items()],
                "answers": [
                    (status, coded(one["description"]), _shapes(one))
                    for status, one in details["responses"].items()
                    if status not in {*EVERYWHERE, *WITH_TOKEN} or _shapes(one)
                ],
            }


def _shapes(answer: Data) -> list[tuple[str, str]]:
    """The media types of an answer with the shapes they have; not those of problems."""
    return [
        (kind, _named(body["schema"]))
        for kind, body in answer.get("content", {}).items()
        if kind != MEDIA_TYPE
    ]


def _shape(name: str, shape: Data) -> Data:
    required = set(shape.get("required", ()))
    fields = [
        (key, _kind(one), coded(one.get("description", "")), key in required)
        for key, one in shape.get("properties", {}).items()
    ]
    return {
        "name": name,
        "about": shape.get("description", ""),
        "fields": fields,
        "values": shape.get("enum", ()),
    }


def _named(schema: Data) -> str:
    """The name of the shape that a schema refers to; nothing for another one."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _kind(schema: Data) -> str:
    """A type in a few words: "string", "array of HitOut", "integer or null"."""
    if name := _named(schema):
        return name
    if parts := schema.get("anyOf"):
        return " or ".join(dict.fromkeys(map(_kind, parts)))
    if values := schema.get("enum") or ([schema["const"]] if "const" in schema else None):
        return " or ".join(map(str, values))
    if schema.get("type") == "array":
        return f"array of {_kind(schema.get('items', {}))}"
    return " ".join(filter(None, (str(schema.get("type", "any")), schema.get("format", ""))))
