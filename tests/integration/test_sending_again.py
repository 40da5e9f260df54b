"""The same file sent a second time on the page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from openmsix.intake.models import Submission
from tests import parts
from tests.people import person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]


def send(client: Client) -> str:
    """Send the file; what the page that follows says."""
    file = SimpleUploadedFile("tx.zip", parts.part(parts.two_children()))
    return client.post("/submissions/send/", {"parts": file}, follow=True).content.decode()


def test_the_second_time_it_is_said_when_the_file_came_and_that_nothing_changed(client: Client) -> None:
    client.force_login(person("batch_submitter"))
    first, again = send(client), send(client)
    ref = Submission.objects.get().ref
    assert f"Received: {ref}." in first
    assert f"This file was received already on 23 Nov 2026 as {ref}; nothing changed." in again
    assert "Received: " not in again


def test_a_file_whose_submission_failed_counts_as_received_since_it_is_tried_again(client: Client) -> None:
    client.force_login(person("batch_submitter"))
    send(client)
    Submission.objects.update(status="failed")
    again = send(client)
    assert f"Received: {Submission.objects.get().ref}." in again
