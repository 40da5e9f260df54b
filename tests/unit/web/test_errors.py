"""The page for a fault of ours needs neither request nor database."""

from django.test import RequestFactory
from django.utils import translation

from openmsix.web import errors


def test_the_page_for_our_faults_needs_nothing() -> None:
    with translation.override("en"):
        answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "This is our fault, not yours" in answer.content.decode()
    assert "<form" not in answer.content.decode()
