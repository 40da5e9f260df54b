"""Writing to people that children of their place moved: how many, and until when their data are due. No mail names a child or leads to one."""

from datetime import date
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Count, Min
from django.utils import formats, translation
from django.utils.translation import gettext, ngettext

from openmsix.accounts import hats
from openmsix.accounts.models import Holding, User
from openmsix.audit import actions as audit
from openmsix.deadlines import clock

from .models import ChangeOfResidence, Digest

BY = hats.Hat.system("mail")
ROLES = ("district_data_administrator", "regional_data_administrator", "state_data_administrator")
"""Those who see to it that data are sent. Others find the list on their pages."""


def send() -> int:
    """Write to everybody of whose place children moved since the last mail, at most once a day; how many mails went out.

    Where there is no mail server nobody is written to. What a server does not take is told the next time.
    """
    if not settings.SENDS_MAIL:
        return 0
    held = Holding.objects.live().filter(role__in=ROLES, user__is_active=True, user__hears_of_moves=True)
    people = User.objects.filter(pk__in=held.values("user")).order_by("pk")
    return sum(_write_to(user) for user in people)


def _write_to(user: User) -> bool:
    """Write to a person if there is anything new. It is written down first, so that a fault leads to no second mail on one day."""
    with transaction.atomic():
        before = Digest.objects.select_for_update().filter(user=user).first()
        now = clock.now()
        if before and before.sent_at.date() >= now.date():
            return False
        children, due = _new_for(user, before)
        if not children:
            return False
        Digest.objects.update_or_create(user=user, defaults={"sent_at": now})
        audit.record(
            by=BY,
            action="notices:digest:sent",
            subject_type="user",
            subject_id=str(user.pk),
            detail={"changes": children},
        )
    try:
        _mail(user, children, due).send()
    except (OSError, SMTPException):
        _take_back(user, before)
        return False
    return True


def _take_back(user: User, before: Digest | None) -> None:
    with transaction.atomic():
        Digest.objects.filter(user=user).delete()
        if before:
            before.save(force_insert=True)
        audit.record(
            by=BY, action="notices:digest:not_sent", subject_type="user", subject_id=str(user.pk)
        )  # fmt: skip


def _new_for(user: User, before: Digest | None) -> tuple[int, date]:
    """How many changes of residence the person was not written to about yet, of those whose time runs; and when the first is due."""
    seen = ChangeOfResidence.objects.none()
    for hat in hats.of(user):
        if hat.role.key in ROLES:
            seen |= ChangeOfResidence.objects.visible_to(hat)
    running = seen.of_one_child().running().unanswered()
    if before:
        running = running.filter(noticed_at__gt=before.sent_at)
    found = running.aggregate(children=Count("msix_id", distinct=True), due=Min("due_on"))
    return found["children"], found["due"] or clock.today()


def _mail(user: User, children: int, due: date) -> EmailMessage:
    with translation.override(user.locale):
        count = {"n": children}
        subject = ngettext(
            "%(n)s child of your place has moved", "%(n)s children of your place have moved", children
        )
        told = ngettext(
            "%(n)s child whom your place knows has come to another State or district.",
            "%(n)s children whom your place knows have come to another State or district.",
            children,
        )  # fmt: skip
        until = gettext(
            "What is new about them since the last submission is due within four working days: the first by %(day)s (34 CFR 200.85(b)(3)(iii))."
        )
        body = "\n\n".join(
            (
                told % count,
                until % {"day": formats.date_format(due, "j M Y")},
                gettext("Sign in to openmsix to see who they are, under Moves. This mail names nobody."),
                gettext("You get at most one such mail a day. To get none, change it under My account."),
            )
        )
        return EmailMessage(subject=f"openmsix: {subject % count}", body=f"{body}\n", to=[user.email])
