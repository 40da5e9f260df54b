"""What the worker does. Each job is a few lines that call the conductor."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from openmsix import flow

# A stage rolls back whole and may be repeated, so a lost database or a full disk is waited out.
PATIENT = RetryStrategy(max_attempts=8, exponential_wait=4)


@app.task(name="openmsix:take_in", queue="intake", retry=PATIENT)
def take_in(submission_id: int) -> None:
    """Take in one submission that is complete."""
    flow.take_in(submission_id)
