"""The OpenAPI document tells the truth: whatever is sent, no fault of ours and no answer that it does not declare."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client, override_settings
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from openmsix.api import calls
from openmsix.api.document import OF_OPERATION, document
from openmsix.api.problems import KINDS
from openmsix.api.urls import api
from tests import parts
from tests.integration.api import ROOT, system
from tests.integration.url_samples import make_world

pytestmark = pytest.mark.one_engine

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
schemathesis.serializer.alias(["application/zip", "application/x-zip-compressed"], "application/octet-stream")
schema = schemathesis.openapi.from_dict(document(api))
schema.app = get_wsgi_application()
BRIEFLY = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", autouse=True)
def exchange(committed_db_of_module: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A child and a submission of Texas, and as many calls as anybody likes."""
    make_world()
    kept = parts.kept_in(tmp_path_factory.mktemp("kept"))
    with (
        kept,
        override_settings(API_CALLS_A_MINUTE=1_000_000),
        mock.patch.object(calls, "TOKENS_A_MINUTE", 1_000_000),
    ):
        yield


@pytest.fixture(scope="module")
def token(exchange: None) -> str:
    """A token with every scope."""
    return system().token


@schema.parametrize()
@BRIEFLY
def test_whatever_a_client_sends_is_answered_as_the_document_says(case: Any, token: str) -> None:
    case.call_and_validate(
        checks=CHECKS, headers={"Authorization": f"Bearer {token}", "Prefer": "respond-async"}
    )


@schema.parametrize()
@BRIEFLY
def test_whatever_is_sent_without_a_token_is_answered_as_the_document_says(case: Any) -> None:
    case.call_and_validate(checks=CHECKS)


def test_the_document_is_open_to_all_and_names_every_operation() -> None:
    answer = Client().get(f"{ROOT}/openapi.json")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, max-age=300"
    told = answer.json()
    assert told["openapi"] == "3.1.0"
    operations = {one["operationId"] for methods in told["paths"].values() for one in methods.values()}
    assert operations == {*OF_OPERATION, "index"}
    assert Client().get(f"{ROOT}").status_code == 404
    index = Client().get(f"{ROOT}/").json()
    assert [Client().get(index[name]).status_code for name in ("documentation", "openapi")] == [200, 200]


def test_every_problem_is_explained_on_the_page_at_the_address_that_names_it() -> None:
    page = Client().get("/help/api").content.decode()
    for key, kind in KINDS.items():
        assert f'id="{key}"' in page
        assert kind.mend.split("`")[0] in page.replace("&#x27;", "'")
    for operation in OF_OPERATION:
        assert f'id="{operation}"' in page
