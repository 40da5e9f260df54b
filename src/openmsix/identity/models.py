"""Who is who: MSIX IDs, the links from state records to them, and what is asked and known about pairs of
records.

A link is never changed into another: it is closed, and a new one says what holds from then on. So every
decision can be undone.
"""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.identity.words import Origin, PairStatus, ProposalKind, ProposalStatus, Reason
from openmsix.intake.models import Submission
from openmsix.matching.blocking import KEYS
from openmsix.matching.prepare import FEATURES
from openmsix.records.models import StateRecord

__all__ = [
    "CandidatePair", "IdChange", "KnownDifferent", "Link", "MatchRow", "MsixId", "Origin", "PairStatus", "Reason",
]  # fmt: skip

MSIX_ID_DIGITS = 12


class MsixId(models.Model):
    """One number for one child. A retired one never dies: it leads to the one that took its place, if there
    is one.
    """

    msix_id = models.CharField(primary_key=True, max_length=MSIX_ID_DIGITS)
    minted_at = models.DateTimeField()
    origin = models.CharField(max_length=8, choices=Origin.choices)
    retired_at = models.DateTimeField(null=True)
    retired_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(msix_id__regex=r"^[0-9]{12}$"), name="msix_id_is_12_digits"),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=False) | Q(retired_into__isnull=True),
                name="living_id_leads_nowhere",
            ),
            models.CheckConstraint(
                condition=~Q(retired_into=F("msix_id")), name="id_does_not_lead_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.msix_id


class LinkQuerySet(models.QuerySet["Link"]):
    """Words for links."""

    def live(self) -> Self:
        """What holds now."""
        return self.filter(closed_at__isnull=True)

    def of_child(self, msix_id: str) -> Self:
        """All links to one MSIX ID, the oldest first."""
        return self.filter(msix_id=msix_id).order_by("pk")


class Link(models.Model):
    """A state record belongs to an MSIX ID: why, how sure, by which model, by whom, from when to when.

    `weight`: the match weight in bits (log2 of the Bayes factor, prior included) of the pair that decided;
    null where no pair did.
    `evidence`: what the pages explain the link with: levels and weights of the deciding pair, refused
    alternatives. No names or dates.
    `undoes`: the link that this one puts back out of force.
    """

    id = models.BigAutoField(primary_key=True)
    state_record = models.ForeignKey(StateRecord, on_delete=models.PROTECT, related_name="links")
    state_code = models.CharField(max_length=2)
    msix = models.ForeignKey(MsixId, on_delete=models.PROTECT, related_name="links")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=8, choices=Reason.choices)
    weight = models.FloatField(null=True)
    model_version = models.CharField(max_length=64, default="", blank=True)
    decided_by = models.CharField(max_length=254)
    evidence = models.JSONField(default=dict)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="links")
    undoes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, db_index=False, related_name="undone_by"
    )

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state_record"],
                condition=Q(closed_at__isnull=True),
                name="one_live_link_per_state_record",
            )
        ]

    def __str__(self) -> str:
        return f"link {self.pk} of state record {self.state_record_id}"


class CandidatePair(models.Model):
    """Two state records that may be one child: a question for a person. `left` is the older record.

    `source`: "model", or "sent" where a State's own MSIX ID said so and a rule stood against it.
    """

    id = models.BigAutoField(primary_key=True)
    left = models.ForeignKey(StateRecord, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(StateRecord, on_delete=models.PROTECT, related_name="+")
    weight = models.FloatField(null=True)
    source = models.CharField(max_length=8, default="model")
    evidence = models.JSONField(default=dict)
    model_version = models.CharField(max_length=64)
    status = models.CharField(max_length=9, choices=PairStatus.choices, default=PairStatus.OPEN)
    opened_at = models.DateTimeField()
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, null=True, related_name="candidate_pairs"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="candidate_pair_is_ordered"),
            models.UniqueConstraint(fields=["left", "right"], name="one_candidate_pair_for_two_records"),
        ]

    def __str__(self) -> str:
        return f"candidate pair {self.pk}"


class KnownDifferent(models.Model):
    """Two state records known to be different children. Stands above every weight."""

    id = models.BigAutoField(primary_key=True)
    left = models.ForeignKey(StateRecord, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(StateRecord, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=254)
    reason = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="known_different_pair_is_ordered"),
            models.UniqueConstraint(fields=["left", "right"], name="known_different_once"),
        ]

    def __str__(self) -> str:
        return f"known different {self.pk}"


class ProposalWords(models.QuerySet["Proposal"]):
    """Words for proposals."""

    def open(self) -> Self:
        """Those that wait for a second person."""
        return self.filter(status=ProposalStatus.OPEN)

    def visible_to(self, hat: Hat) -> Self:
        """Those that concern the State of a hat that decides tasks, or all for the nation; of one that only proposes, its own; nothing for any other."""
        if not hat.may(Permission.PROPOSE):
            return self.none()
        if not hat.may(Permission.DECIDE_TASKS):
            return self.filter(started_by=hat.actor)
        of_state = Q(started_for=hat.state_code) | Q(states__contains=[hat.state_code])
        return self.filter(of_state) if hat.state_code else self.all()

    def newest_first(self) -> Self:
        """The one started last stands first."""
        return self.order_by("-pk")


class Proposal(models.Model):
    """One person holds children with different MSIX IDs for one child, records of one child for two children's, or a merge or split for wrong; a second person agrees or refuses.

    `undoes`: what is to be undone. `master`: the MSIX ID that stays. `pair`: the near match from which it came, if it came from one.
    `started_for`: the State of the person who started it, empty for the nation. `states`: whose Data Administrators may be the second person. `reason` and `decided_because` hold no personal data.
    """

    id = models.BigAutoField(primary_key=True)
    ref = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=5, choices=ProposalKind.choices, default=ProposalKind.MERGE)
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="undoings")
    status = models.CharField(max_length=9, choices=ProposalStatus.choices, default=ProposalStatus.OPEN)
    master = models.ForeignKey(MsixId, on_delete=models.PROTECT, related_name="+")
    pair = models.ForeignKey(CandidatePair, on_delete=models.SET_NULL, null=True, related_name="proposals")
    reason = models.TextField(blank=True)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=254)
    started_by_id = models.BigIntegerField(null=True)
    started_for = models.CharField(max_length=2, blank=True)
    states = models.JSONField(default=list)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=254, blank=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_because = models.TextField(blank=True)

    objects = ProposalWords.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind=ProposalKind.UNDO, undoes__isnull=False)
                | ~Q(kind=ProposalKind.UNDO) & Q(undoes__isnull=True),
                name="undoing_names_what_it_undoes",
            ),
            models.CheckConstraint(
                condition=~Q(status=ProposalStatus.DONE)
                | Q(started_by_id=None)
                | Q(decided_by_id=None)
                | ~Q(started_by_id=F("decided_by_id")),
                name="proposal_needs_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_undone(self) -> bool:
        """Whether it was carried out and undone later."""
        return any(one.status == ProposalStatus.DONE for one in self.undoings.all())

    @property
    def named(self) -> list[str]:
        """The MSIX IDs of the children it names, first the one that stays."""
        named = [child.msix_id for child in self.children.all()]
        return sorted(named, key=lambda msix_id: (msix_id != self.master_id, msix_id))


class ProposedChild(models.Model):
    """A child that a proposal names, the one whose MSIX ID stays too. `open`: as long as it waits, no other proposal may name the child."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="children")
    msix = models.ForeignKey(MsixId, on_delete=models.PROTECT, related_name="+")
    open = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["msix"], condition=Q(open=True), name="one_open_proposal_about_a_child"
            ),
        ]

    def __str__(self) -> str:
        return f"child of {self.proposal_id}"


class ProposedRecord(models.Model):
    """A state record that a split would let go over to a new MSIX ID."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="records")
    state_record = models.ForeignKey(StateRecord, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"record of {self.proposal_id}"


class IdChange(models.Model):
    """A student of a State got an MSIX ID, or another one. The number grows with time: a State asks for all
    after the last it saw.
    """

    append_only: ClassVar = True

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    state_code = models.CharField(max_length=2)
    state_student_id_type = models.CharField(max_length=2)
    state_student_id = models.CharField(max_length=15)
    before = models.CharField(max_length=MSIX_ID_DIGITS, null=True)
    after = models.CharField(max_length=MSIX_ID_DIGITS)
    reason = models.CharField(max_length=8, choices=Reason.choices)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state_code", "id"], name="id_changes_of_a_state"),
            models.Index(fields=["state_code", "at"], name="id_changes_of_a_state_by_time"),
        ]

    def __str__(self) -> str:
        return f"change {self.pk} of {self.state_code}"


class MatchRow(models.Model):
    """A state record as the linkage model sees it: the prepared features and block keys of
    `openmsix.matching`, one column each.

    `live`: whether the State still speaks for the student. Withdrawn students stay, so that a child who
    returns, in whichever State, meets its MSIX ID again.
    """

    state_record = models.OneToOneField(
        StateRecord, on_delete=models.PROTECT, primary_key=True, related_name="match_row"
    )
    state_code = models.TextField(null=True)
    state_student_id = models.TextField(null=True)
    live = models.BooleanField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=[key.name],
                condition=Q(**{f"{key.name}__isnull": False}),
                name=f"match_{key.name}"[:30],
            )
            for key in KEYS
        ]

    def __str__(self) -> str:
        return f"match row {self.pk}"


class Preparation(models.Model):
    """By which rules the match rows here were made (`openmsix.matching.prepare.PREPARED_BY`); one row."""

    rules = models.TextField()

    def __str__(self) -> str:
        return self.rules


_FIELDS: dict[str, type["models.Field[Any, Any]"]] = {
    "text": models.TextField,
    "date": models.DateField,
    "boolean": models.BooleanField,
}
for feature in FEATURES:
    MatchRow.add_to_class(feature.name, _FIELDS[feature.sql_type](null=True, help_text=feature.words))
for key in KEYS:
    MatchRow.add_to_class(key.name, models.BigIntegerField(null=True, help_text=key.words))
