"""The keys with which States' own systems sign in to the SFTP drop box, and the hat that they wear there."""

from django.db import IntegrityError, transaction

from openmsix.audit.actions import record
from openmsix.deadlines import clock
from openmsix.places.models import Kind, Place

from . import public_key
from .hats import Hat
from .models import SftpKey
from .roles import DROP_BOX

LONGEST_NAME = 60


class NotAdded(ValueError):
    """The key was not added. The text says why and what to do."""


def add(*, state: Place, text: str, name: str, by: Hat) -> SftpKey:
    """Let the holder of a key into a State's drop box.

    Args:
        state: the State.
        text: what stands in the file of the public key.
        name: what people call it; without one, the comment in the file.
        by: who lets it in.

    Raises:
        NotAdded: the name is missing, too long or taken, or the key opens this drop box already.
        public_key.NotUsable: the text is no public key that may be used.
    """
    assert state.kind == Kind.STATE
    key = public_key.read(text)
    called = " ".join((name or key.comment).split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        raise NotAdded(f"Give the key a name of at most {LONGEST_NAME} letters that tells whose it is.")
    live = SftpKey.objects.live().of_state(state.code)
    if same := live.filter(fingerprint=key.fingerprint).first():
        raise NotAdded(f"This key opens the drop box of {state.name} already, as {same.name}.")
    try:
        with transaction.atomic():
            added = SftpKey.objects.create(
                place=state, name=called, public_key=key.line, fingerprint=key.fingerprint
            )
            _tell(by, "added", added, fingerprint=key.fingerprint, name=called)
    except IntegrityError as why:
        raise NotAdded(f"A key of {state.name} is called {called} already. Choose another name.") from why
    return added


@transaction.atomic
def end(*, key: SftpKey, by: Hat) -> None:
    """Let a key open the drop box no more, from now on, sessions that are open too."""
    key.ended_at = clock.now()
    key.save(update_fields=["ended_at"])
    _tell(by, "ended", key)


def live(state_code: str) -> list[SftpKey]:
    """The keys that open a State's drop box now; none for a word that names no State."""
    return list(SftpKey.objects.live().of_state(state_code))


@transaction.atomic
def note_sign_in(*, key: SftpKey) -> None:
    """Write down that a key was used to sign in."""
    key.last_used_at = clock.now()
    key.save(update_fields=["last_used_at"])
    _tell(hat_of(key), "signed_in", key)


def hat_of(key: SftpKey) -> Hat:
    """The hat of whoever signed in with a key: it sends the State's files and reads their receipts, nothing else."""
    state = key.place
    return Hat(
        actor_id=None,
        actor=f"SFTP key {key.name}",
        role=DROP_BOX,
        place_id=state.pk,
        place_path=state.path,
        state_code=state.code,
        label=f"{DROP_BOX.name}, {state.name}",
        place_name=state.name,
        place_kind=state.kind,
    )


def hat_of_number(number: int, *, even_if_ended: bool = False) -> Hat | None:
    """The hat of a key; none if it was ended.

    Args:
        number: the key's number.
        even_if_ended: whether to wear it still, for what was handed over before the end.
    """
    key = SftpKey.objects.select_related("place").filter(pk=number).first()
    return hat_of(key) if key and (even_if_ended or key.ended_at is None) else None


def _tell(by: Hat, what: str, key: SftpKey, **detail: str) -> None:
    record(
        by=by,
        action=f"accounts:sftp_key:{what}",
        subject_type="sftp_key",
        subject_id=str(key.pk),
        detail={"state": key.place.code, **detail},
    )
