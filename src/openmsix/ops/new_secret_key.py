"""Going on with another secret key, where the one before is lost or was given up."""

from django.db import transaction


def take() -> int:
    """Derive anew what was derived from the key before, and forget what only it could read; how many second steps of sign-in are forgotten."""
    from openmsix.accounts import actions as accounts
    from openmsix.ops.setup import OPERATOR
    from openmsix.students import actions as students

    with transaction.atomic():
        forgotten = accounts.forget_second_steps(by=OPERATOR)
        students.address_anew()
    return forgotten
