"""What is too large is refused from its headers alone: nothing of it is read, by whomever it was sent."""

from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from openmsix.web import uploads
from tests.people import hat, person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

LARGE = 2_600_000


class NeverRead:
    """A body that must not be read."""

    def read(self, *sizes: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def send(client: Client, address: str, length: int | None = LARGE, **more: str) -> Any:
    said = {} if length is None else {"CONTENT_LENGTH": str(length)}
    return client.generic(
        "POST",
        address,
        content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": NeverRead(), **said, **more},  # type: ignore[arg-type]
    )


def signed_in(role: str) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person(role, "TX"))
    return client


@pytest.mark.parametrize(
    "address", ["/sign-in/", "/submissions/send/", "/language/", "/children/search/", "/x"]
)
def test_nobody_sends_much_without_signing_in(address: str) -> None:
    answer = send(Client(enforce_csrf_checks=True), address)
    assert answer.status_code == 413
    assert "None of it was read" in answer.content.decode()


def test_who_may_not_send_files_is_refused_where_files_are_sent() -> None:
    assert send(signed_in("primary"), reverse("submissions:send")).status_code == 413


def test_who_sends_files_is_refused_elsewhere_and_above_the_largest_file() -> None:
    client = signed_in("batch_submitter")
    assert send(client, reverse("people:account")).status_code == 413
    assert send(client, reverse("submissions:send"), 2_100_000_000).status_code == 413


def test_what_does_not_say_how_large_it_is_is_refused() -> None:
    answer = send(Client(), "/sign-in/", length=None, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 413


def test_who_sends_files_may_send_a_large_one() -> None:
    request = RequestFactory().post(reverse("submissions:send"), CONTENT_LENGTH=str(LARGE))
    request.hat = hat("batch_submitter")  # type: ignore[attr-defined]
    assert not uploads.is_too_large(request)
