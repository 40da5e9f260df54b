"""The record on paper and as data. Both are disclosures of their own: the paper leaves the house."""

from typing import cast

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.dictionary.labels import Language
from openmsix.interop.prints import pdf
from openmsix.interop.record_json import as_json
from openmsix.students.record import ConsolidatedRecord
from openmsix.web.access import HatRequest, opens
from openmsix.web.children.record import opened

PRINTS = {"summary": pdf.summary, "full": pdf.full}
LANGUAGES = ("en", "es")


@opens(Permission.PRINT_RECORD)
@require_safe
def print_record(request: HatRequest, ref: str) -> HttpResponseBase:
    """A PDF: `kind` summary or full, `language` en or es."""
    kind, language = request.GET.get("kind", "summary"), request.GET.get("language", "en")
    if kind not in PRINTS or language not in LANGUAGES:
        raise Http404
    record = opened(request, ref, f"{kind} print")
    if not isinstance(record, ConsolidatedRecord):
        return record
    with translation.override(language):
        role = gettext(request.hat.role.name)
    document = PRINTS[kind](
        record,
        language=cast(Language, language),
        printed_by=f"{request.user.name}, {role}, {request.hat.place_name}",
        made_up=settings.DEMO,
    )
    return _file(document, "application/pdf", f"record-{kind}-{language}.pdf")


@opens(Permission.PRINT_RECORD)
@require_safe
def record_as_json(request: HatRequest, ref: str) -> HttpResponseBase:
    """The whole record as JSON."""
    record = opened(request, ref, "JSON")
    if not isinstance(record, ConsolidatedRecord):
        return record
    return _file(as_json(record).encode(), "application/json", "record.json")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    # The file's name says nothing about the child: names of files end up in lists and messages.
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'inline; filename="{name}"'}
    )
