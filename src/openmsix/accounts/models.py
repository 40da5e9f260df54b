"""People, and the roles they hold at places."""

from typing import Any, ClassVar

from allauth.idp.oidc.models import Client
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from openmsix.deadlines import clock
from openmsix.places.models import Kind, Place

from .roles import ROLES, Role
from .scopes import Scope, known


class Users(BaseUserManager["User"]):
    """Finding people by the address they sign in with."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person with this e-mail address, in any case of its letters."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person who may sign in.

    An address is given once: a closed account keeps it, so nobody else can get it later.
    """

    email = models.EmailField(unique=True)
    name = models.TextField()
    is_active = models.BooleanField(default=True)
    locale = models.CharField(max_length=8, default="en")
    hears_of_moves = models.BooleanField(
        default=True, db_default=True, help_text="By a mail, at most one a day"
    )
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = Users()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="email_is_in_lower_case"),
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        """Addresses are kept in lower case."""
        super().clean()
        self.email = self.email.lower()

    def get_full_name(self) -> str:
        """The name, as pages and mails greet the person."""
        return self.name

    def get_short_name(self) -> str:
        """The name, as pages and mails greet the person."""
        return self.name


class Holdings(models.QuerySet["Holding"]):
    """Words for who holds what."""

    def live(self) -> "Holdings":
        """Those in force today."""
        today = clock.today()
        return self.filter(Q(until=None) | Q(until__gt=today), since__lte=today)

    def of(self, user: User) -> "Holdings":
        """One person's, with place and person, the oldest first."""
        return self.filter(user=user).select_related("place", "user").order_by("since", "id")


def _held_where_it_may_be() -> Q:
    """Each role only at its levels, read from the roles."""
    rule = Q()
    for role in ROLES.values():
        rule |= Q(role=role.key, level__in=role.levels)
    return rule


class Holding(models.Model):
    """A person holds a role at a place, from `since` until the day before `until`."""

    user = models.ForeignKey(User, models.PROTECT, related_name="holdings")
    role = models.TextField()
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    level = models.TextField(help_text="The kind of the place: a role is held at certain kinds only")
    since = models.DateField(default=clock.today)
    until = models.DateField(null=True)

    objects = Holdings.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=_held_where_it_may_be(), name="role_held_where_it_may_be"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="holding_ends_after_it_began"
            ),
            models.UniqueConstraint(
                "user", "role", "place", condition=Q(until=None), name="one_open_holding_of_a_role_at_a_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} at {self.level}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The level is the place's, always."""
        self.level = self.place.kind
        super().save(*args, **kwargs)

    @property
    def held(self) -> Role:
        """The role in full."""
        return ROLES[self.role]


class SftpKeys(models.QuerySet["SftpKey"]):
    """Words for the keys with which States' systems sign in to the drop box."""

    def live(self) -> "SftpKeys":
        """Those that open the drop box now."""
        return self.filter(ended_at=None)

    def of_state(self, code: str) -> "SftpKeys":
        """One State's, with the place."""
        return self.filter(place__kind=Kind.STATE, place__code=code).select_related("place")


class SftpKey(models.Model):
    """A public key that opens one State's SFTP drop box, from `added_at` until `ended_at`.

    `public_key`: type and key as OpenSSH writes them, without a comment. `fingerprint`: `SHA256:...`, as `ssh-keygen -l` shows it.
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    name = models.TextField()
    public_key = models.TextField()
    fingerprint = models.TextField()
    added_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = SftpKeys.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "place", "fingerprint", condition=Q(ended_at=None), name="a_key_opens_a_drop_box_once"
            ),
            models.UniqueConstraint(
                "place",
                "name",
                condition=Q(ended_at=None),
                name="open_keys_of_a_state_have_names_of_their_own",
            ),
        ]

    def __str__(self) -> str:
        return self.fingerprint


class ApiClients(models.QuerySet["ApiClient"]):
    """Words for API clients."""

    def live(self) -> "ApiClients":
        """Those that were not ended."""
        return self.filter(ended_at=None)


class ApiClient(models.Model):
    """A State's own system that may use the API: the tie of an OAuth client to the State it speaks for.

    The library's client keeps name, hashed secret and scopes. `replaces`: the client that it was made to follow; both hold until that one is ended.
    `token_at`: when it was given a token last.
    """

    client = models.OneToOneField(Client, models.PROTECT, primary_key=True, related_name="api")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    made_at = models.DateTimeField(default=clock.now)
    token_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = ApiClients.as_manager()

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def name(self) -> str:
        """What the State calls it."""
        return str(self.client.name)

    @property
    def scopes(self) -> frozenset[Scope]:
        """What it may ask for."""
        return known(self.client.get_scopes())
