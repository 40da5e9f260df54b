"""What changes people and what they hold."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from openmsix.audit.actions import record
from openmsix.deadlines import clock
from openmsix.places.models import Place

from .hats import Hat
from .models import Holding, User
from .roles import ROLES


class NotHeldThere(ValueError):
    """The role is not held at this kind of place."""


class AddressTaken(ValueError):
    """The e-mail address belongs to an account, open or closed; it is never given a second time."""


@transaction.atomic
def create_user(*, email: str, name: str, password: str | None, by: Hat) -> User:
    """Make an account. Without a password nobody can sign in to it yet.

    Raises:
        AddressTaken: there is or was an account with this address.
    """
    address = email.strip().lower()
    if User.objects.filter(email=address).exists():
        raise AddressTaken("There is or was an account with this e-mail address.")
    user = User(email=address, name=name.strip())
    user.set_password(password)
    user.save()
    _tell(by, "accounts:user:created", user)
    return user


@transaction.atomic
def hold_role(*, user: User, role: str, place: Place, by: Hat) -> Holding:
    """Let a person hold a role at a place from today on; what is already held stays as it is.

    Raises:
        NotHeldThere: the role is not held at this kind of place (`roles.ROLES` says where).
    """
    if place.kind not in ROLES[role].levels:
        raise NotHeldThere(f"The role {ROLES[role].name} is not held at a {place.kind}.")
    holding, made = Holding.objects.get_or_create(user=user, role=role, place=place, until=None)
    if made:
        _tell(by, "accounts:role:held", user, role=role, place=place.pk)
    return holding


@transaction.atomic
def end_role(*, holding: Holding, by: Hat) -> None:
    """End a holding: from today on it is no more."""
    holding.until = clock.today()
    holding.save(update_fields=["until"])
    _tell(by, "accounts:role:ended", holding.user, role=holding.role, place=holding.place_id)


@transaction.atomic
def close_account(*, user: User, by: Hat) -> None:
    """End all that a person holds, and let nobody sign in to the account any more.

    The password is forgotten, which ends the account's sessions and makes links to choose one worthless.
    """
    for holding in Holding.objects.live().of(user):
        end_role(holding=holding, by=by)
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    _tell(by, "accounts:user:closed", user)


@transaction.atomic
def open_account_again(*, user: User, by: Hat) -> None:
    """Let the person of a closed account come back. What was held before stays ended, and there is no password yet."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    _tell(by, "accounts:user:opened_again", user)


@transaction.atomic
def note_password_link(*, user: User, by: Hat) -> None:
    """Write down that somebody was given a link by which the person chooses a password."""
    _tell(by, "accounts:password:link_given", user)


@transaction.atomic
def set_password(*, user: User, password: str, by: Hat) -> None:
    """Give an account a new password."""
    user.set_password(password)
    user.save(update_fields=["password"])
    _tell(by, "accounts:password:changed", user)


@transaction.atomic
def forget_second_steps(*, by: Hat) -> int:
    """Forget every person's second step of sign-in, since the key that kept its secret is no more; how many there were."""
    forgotten = Authenticator.objects.all().delete()[0]
    record(
        by=by,
        action="accounts:second_steps:forgotten",
        subject_type="users",
        subject_id="",
        detail={"count": forgotten},
    )
    return int(forgotten)


@transaction.atomic
def set_language(*, user: User, locale: str, by: Hat) -> None:
    """Choose the language in which pages speak to the person."""
    user.locale = locale
    user.save(update_fields=["locale"])
    _tell(by, "accounts:language:changed", user, locale=locale)


@transaction.atomic
def set_mail_of_moves(*, user: User, wanted: bool, by: Hat) -> None:
    """Choose whether the person hears by mail of children who moved."""
    user.hears_of_moves = wanted
    user.save(update_fields=["hears_of_moves"])
    _tell(by, "accounts:mail_of_moves:changed", user, wanted=wanted)


@transaction.atomic
def note_sign_in(*, user: User) -> None:
    """Write down that a person signed in."""
    _tell(Hat.bare(user), "accounts:user:signed_in", user)


@transaction.atomic
def note_failed_sign_in(*, email: str) -> None:
    """Write down that signing in to an account failed.

    An address that nobody has is not kept: it may be a mistyped secret.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is not None:
        _tell(Hat.system("sign-in"), "accounts:user:sign_in_failed", user)


@transaction.atomic
def note_hat(*, hat: Hat) -> None:
    """Write down which hat a person put on."""
    record(by=hat, action="accounts:hat:chosen", subject_type="holding", subject_id=str(hat.holding_id))


def _tell(by: Hat, action: str, user: User, **detail: str | int) -> None:
    record(by=by, action=action, subject_type="user", subject_id=str(user.pk), detail=detail)
