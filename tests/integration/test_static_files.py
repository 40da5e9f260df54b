"""Browsers keep static files for good, since another content has another address."""

import hashlib

import pytest
from django.templatetags.static import static
from django.test import Client

from openmsix.web import vendor, vendored

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]
OWN = ["openmsix.css", "children.css", "openmsix.js", "openmsix.svg"]


def kept(address: str) -> tuple[bytes, str]:
    """What is served at the address, and for how long a browser may keep it."""
    answer = Client().get(address)
    assert answer.status_code == 200
    content = b"".join(answer)
    answer.close()
    return content, answer["Cache-Control"]


@pytest.mark.parametrize("name", OWN)
def test_a_file_of_ours_is_kept_for_good_at_an_address_made_of_its_content(name: str) -> None:
    address = static(name)
    content = (vendor.HERE / "static" / name).read_bytes()
    assert address == f"/static/own-{hashlib.sha256(content).hexdigest()[:12]}/{name}"
    served, how_long = kept(address)
    assert served == content
    assert "immutable" in how_long


def test_a_file_of_a_package_is_kept_for_good_at_the_address_of_its_version() -> None:
    assert "immutable" in kept(static(vendored.path("htmx", "htmx.min.js")))[1]


def test_the_plain_address_is_not_kept_for_good() -> None:
    assert "immutable" not in kept("/static/openmsix.css")[1]


def test_a_file_that_is_not_there_has_no_address() -> None:
    with pytest.raises(ValueError, match=r"nothing\.css"):
        static("nothing.css")
