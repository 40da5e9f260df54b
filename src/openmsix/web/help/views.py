"""Help topics, the public page about the system, and the dictionary to browse."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.dictionary import json_schema as json
from openmsix.dictionary import xml_schema as xml
from openmsix.dictionary.declare import Dictionary
from openmsix.intake.checks import CHECKS
from openmsix.web.access import opens_to_all
from openmsix.web.downloads import attachment

from .topics import TOPICS


@opens_to_all
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All help topics."""
    return render(request, "help/index.html", {"topics": TOPICS.values()})


@opens_to_all
@require_safe
def topic(request: HttpRequest, key: str) -> HttpResponse:
    """One help topic."""
    if key not in TOPICS:
        raise Http404
    crumbs = [(_("Help"), reverse("help:index"))]
    return render(request, f"help/pages/{key}.html", {"topic": TOPICS[key], "crumbs": crumbs})


@opens_to_all
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the system is, for everyone."""
    return render(request, "help/about.html")


@opens_to_all
@require_safe
def elements(request: HttpRequest) -> HttpResponse:
    """The record types of the dictionary."""
    version = _version(request)
    return render(request, "help/elements.html", {"dictionary": version, "versions": VERSIONS})


@opens_to_all
@require_safe
def record_type(request: HttpRequest, key: str) -> HttpResponse:
    """The elements of one record type."""
    version = _version(request)
    if key not in version.records:
        raise Http404
    crumbs = [(_("Data elements"), reverse("help:elements") + f"?version={version.version}")]
    context = {"dictionary": version, "record": version.records[key], "crumbs": crumbs, "versions": VERSIONS}
    return render(request, "help/record_type.html", context)


@opens_to_all
@require_safe
def xml_schema(request: HttpRequest) -> StreamingHttpResponse:
    """The XML Schema of a part."""
    version = _version(request).version
    text = xml.xml_schema(version)
    return attachment(f"submission-{version}.xsd", "application/xml; charset=utf-8", [text])


@opens_to_all
@require_safe
def json_schema(request: HttpRequest) -> StreamingHttpResponse:
    """The JSON Schema of a part."""
    version = _version(request).version
    text = json.json_schema(version)
    return attachment(f"submission-{version}.schema.json", "application/schema+json", [text])


@opens_to_all
@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    """The code sets, and where each is used."""
    version = _version(request)
    used: dict[str, list[tuple[str, str, str]]] = {}
    for record in version.records.values():
        for element in record.elements:
            if element.code_set:
                used.setdefault(element.code_set, []).append((record.key, element.key, element.name))
    code_sets = [(code_set, used.get(code_set.key, [])) for code_set in version.code_sets.values()]
    return render(
        request, "help/codes.html", {"dictionary": version, "code_sets": code_sets, "versions": VERSIONS}
    )


@opens_to_all
@require_safe
def checks(request: HttpRequest) -> HttpResponse:
    """Every check of the intake, in its order."""
    return render(request, "help/checks.html", {"checks": CHECKS})


def _version(request: HttpRequest) -> Dictionary:
    """The dictionary version named in the address; the current one if none is named."""
    version = request.GET.get("version", "current")
    if version not in VERSIONS:
        raise Http404
    return dictionary(version)
