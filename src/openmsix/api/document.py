"""The OpenAPI document: what the operations declare, and what every one of them may answer besides."""

from functools import cache
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from openmsix.api.access import Holds
from openmsix.api.bodies import ACCEPT_POST, FORM, JSON, NAMES
from openmsix.api.problems import KINDS, MEDIA_TYPE
from openmsix.api.shapes import ProblemOut

Data = dict[str, Any]
ROOT = "/api/v1/"

EVERYWHERE = (400, 405, 411, 413, 429, 500, 503)
WITH_TOKEN = (401, 403)
OF_OPERATION = {
    "submit": (409, 415, 422),
    "submissions": (404, 422),
    "submission": (404,),
    "receipt_json": (404, 409),
    "receipt_csv": (404, 409),
    "search": (422,),
    "match": (422,),
    "record": (404, 422),
    "record_of_ref": (404, 422),
    "id_changes": (422,),
    "token": (415,),
}
"""Besides what stands in `EVERYWHERE`: the problems of each operation, by its id."""

FILE = {"type": "string", "contentMediaType": "application/octet-stream"}
SUBMIT_BODY: Data = {
    "required": True,
    "description": f'One file: {ACCEPT_POST}. `Content-Disposition: attachment; filename="TX.zip"` names a whole body.',
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        },
        JSON: {
            "schema": {
                "type": "object",
                "description": "A batch: the header's and the students' elements by the keys of the dictionary.",
                "properties": {
                    "header": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
                    "students": {"type": "array", "items": {"type": "object"}},
                },
            }
        },
        **{kind: {"schema": FILE} for kind in NAMES if kind != JSON},
    },
}


class Document(OpenAPISchema):
    """Adds to each operation its scope, and the problems that it may answer."""

    def operation_details(self, operation: Operation) -> Data:
        """One operation."""
        details = super().operation_details(operation)
        if operation.operation_id == "submit":
            details["requestBody"] = SUBMIT_BODY
        return details

    def operation_security(self, operation: Operation) -> list[Data] | None:
        """The scope that a token must hold."""
        super().operation_security(operation)
        held = [auth.scope.value for auth in operation.auth_callbacks if isinstance(auth, Holds)]
        return [{Holds.__name__: held}] if held else None

    def responses(self, operation: Operation) -> dict[int, Data]:
        """The declared answers and the problems."""
        declared = super().responses(operation)
        own = OF_OPERATION.get(operation.operation_id or "", ())
        for status in sorted({*EVERYWHERE, *own, *(WITH_TOKEN if operation.auth_callbacks else ())}):
            content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
            known = declared.setdefault(status, {"description": _words(status)})
            known.setdefault("content", {}).update(content)
        return declared

    def get_components(self) -> Data:
        """The declared shapes, and that of problems."""
        made = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
        self.schemas.update(made.pop("$defs"))
        self.schemas["ProblemOut"] = made
        return super().get_components()


def _words(status: int) -> str:
    return "; ".join(f"{kind.title} (`{kind.key}`)" for kind in KINDS.values() if kind.status == status)


@cache
def document(api: NinjaAPI) -> Data:
    """The document as plain data."""
    return dict(Document(api, ROOT.removeprefix("/")))


@require_safe
def as_json(request: HttpRequest) -> JsonResponse:
    """The document, for everyone."""
    from openmsix.api.urls import api

    return JsonResponse(document(api), headers={"Cache-Control": "public, max-age=300"})
