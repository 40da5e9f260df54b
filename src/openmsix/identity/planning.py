"""Working out what linking a submission will do, before its turn comes.

To weigh the candidates of a large State takes long, and only one may decide who is who at a time. So it is worked out beforehand, and
written in the turn if nobody has decided anything meanwhile; else it is worked out again, and only what the others decided is weighed anew.
"""

from dataclasses import dataclass

import polars as pl

from openmsix import staging
from openmsix.identity import candidates, entries, placing, sent
from openmsix.identity.entries import Reached
from openmsix.identity.placing import Judged
from openmsix.identity.sent import Sent
from openmsix.intake.models import Submission
from openmsix.matching.model import Model

PAIR = ("record_id_l", "record_id_r")


@dataclass(frozen=True)
class Plan:
    """What is to be written. It holds as long as nobody decides anything after `reached`.

    `weighed`: all pairs that were weighed to find candidates, for a plan made anew from this one.
    """

    reached: Reached
    sent: Sent
    judged: Judged
    weighed: pl.DataFrame


def plan(submission: Submission, model: Model, *, before: Plan | None = None) -> Plan:
    """Work out where the unlinked records of a submission belong; reads only. `before`: a plan that does not hold any more."""
    reached = entries.reached()
    records = unlinked(submission)
    followed = sent.follow(records, model)
    rest = records.join(followed.links, on="record_id", how="anti", maintain_order="left")
    weighed = _weighed(rest["record_id"], model, before)
    joining = followed.links.join(records, on="record_id").select("record_id", "state_code", "msix_id")
    return Plan(reached, followed, placing.judge(rest, joining, weighed, model), weighed)


def _weighed(new: pl.Series, model: Model, before: Plan | None) -> pl.DataFrame:
    if before is None or not new.is_in(before.weighed["record_id_l"].implode()).any():
        return candidates.scored(new, model)
    linked_since = _linked_after(before.reached)
    fresh = candidates.between(new, linked_since.filter(~linked_since.is_in(new.implode())), model)
    still = before.weighed.filter(pl.col("record_id_l").is_in(new.implode()))
    return pl.concat([fresh, still]).unique(PAIR, keep="first").sort(PAIR)


def _linked_after(reached: Reached) -> pl.Series:
    """The records that were linked since, by anybody."""
    linked = staging.read(
        "SELECT DISTINCT state_record_id FROM identity_link WHERE id > %(link)s AND closed_at IS NULL",
        {"record_id": pl.Int64},
        {"link": reached.link},
    )
    return linked["record_id"]


def unlinked(submission: Submission) -> pl.DataFrame:
    """The records that the submission opened and that have no link yet: `record_id`, `state_code`, `msix_id_sent`."""
    return staging.read(
        """
        SELECT r.id, r.state_code, v.msix_id_sent
        FROM records_recordversion v JOIN records_staterecord r ON r.id = v.state_record_id
        LEFT JOIN identity_link l ON l.state_record_id = r.id AND l.closed_at IS NULL
        WHERE v.submission_id = %(submission)s AND v.closed_at IS NULL AND l.id IS NULL ORDER BY r.id
        """,
        {"record_id": pl.Int64, "state_code": pl.String, "msix_id_sent": pl.String},
        {"submission": submission.pk},
    )
