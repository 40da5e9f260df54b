"""What the journal is told of who is who: links with the reasons they were made for, questions, IDs that were taken over, what was undone.

Records are named by State and identifier, never by a number of the database. To be called last in the transaction of an act, which runs alone in the nation: all that
was written since it began is its own.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.identity.models import Link, Proposal
from openmsix.intake import journal
from openmsix.intake.models import Submission
from openmsix.records.models import STATE_RECORD_KEYS

_BESIDE = {f"beside_{name}": pl.String for name in STATE_RECORD_KEYS}
LINKED = {
    **dict.fromkeys(STATE_RECORD_KEYS, pl.String),
    "msix_id": pl.String,
    "origin": pl.String,
    "reason": pl.String,
    "weight": pl.Float64,
    "evidence": pl.String,
    **_BESIDE,
    "mark": pl.Int64,
}
"""Rows of links. `origin`: of the MSIX ID. `evidence`: JSON, in which `beside` is null; the record that stood beside is named by `beside_...`. `mark`: the number of the
change of the MSIX ID, if it changed.
"""

ASKED = {
    **{f"left_{name}": pl.String for name in STATE_RECORD_KEYS},
    **{f"right_{name}": pl.String for name in STATE_RECORD_KEYS},
    "weight": pl.Float64,
    "source": pl.String,
    "evidence": pl.String,
    **_BESIDE,
}
"""Rows of candidate pairs."""

TOLD = {
    "state_student_id_type": pl.String,
    "state_student_id": pl.String,
    "code": pl.String,
    "severity": pl.String,
    "element": pl.String,
    "value": pl.String,
}
"""Rows of findings that linking adds to the receipt."""

ADOPTED = {"msix_id": pl.String}
"""Rows of MSIX IDs that were taken over."""

SETTLED = {
    **{f"left_{name}": pl.String for name in STATE_RECORD_KEYS},
    **{f"right_{name}": pl.String for name in STATE_RECORD_KEYS},
    "status": pl.String,
}
"""Rows of candidate pairs that people answered, and how."""

LEAVING = dict.fromkeys(STATE_RECORD_KEYS, pl.String)
"""Rows of records that a split lets go."""


@dataclass(frozen=True)
class Reached:
    """The last link, change, question and word of people that two are different, before an act; and `act`, the number of the nation's last act, which also an act has that only
    took things away.
    """

    link: int
    change: int
    pair: int
    different: int
    act: int


def reached() -> Reached:
    """Where the tables stand now; to be asked when an act begins, alone in the nation."""
    [found] = staging.rows(
        """
        SELECT coalesce((SELECT max(id) FROM identity_link), 0), coalesce((SELECT max(id) FROM identity_idchange), 0),
          coalesce((SELECT max(id) FROM identity_candidatepair), 0), coalesce((SELECT max(id) FROM identity_knowndifferent), 0),
          coalesce((SELECT number FROM intake_journalhead WHERE scope = %s), 0)
        """,
        [journal.NATION],
    )
    return Reached(*found)


def keep_linking(
    since: Reached, *, submission: Submission, told: pl.DataFrame, by: Hat, model_version: str
) -> None:
    """Tell that a submission was linked; also when it changed nothing. `told`: what linking added to its receipt (`answers.add`)."""
    entry = {
        "what": "linking",
        "submission": submission.ref,
        "state": submission.state_code,
        "model": model_version,
        "by": by.actor,
    }
    frames = {"linked": _links(since), "asked": _pairs(since), "told": _told(submission, told)}
    journal.append([entry], frames)


def keep_relinking(since: Reached, *, by: Hat, model_version: str) -> None:
    """Tell which questions came of placing all records anew with a model."""
    journal.append([{"what": "relinking", "model": model_version, "by": by.actor}], {"asked": _pairs(since)})


def keep_adoption(since: Reached, *, msix_ids: list[str], by: Hat) -> None:
    """Tell which MSIX IDs were taken over, and which students were linked to one."""
    frames = {"adopted": pl.DataFrame({"msix_id": msix_ids}, schema=ADOPTED), "linked": _links(since)}
    if any(frame.height for frame in frames.values()):
        journal.append([{"what": "adoption", "by": by.actor}], frames)


def keep_undoing(since: Reached, *, undone: Link, by: Hat) -> None:
    """Tell that a link was undone. `undone`: the link that holds now."""
    entry: dict[str, Any] = {"what": "undoing", "by": by.actor, "reason": undone.evidence["reason"]}
    journal.append([entry], {"linked": _links(since)})


def keep_deciding(
    *,
    what: str,
    pairs: list[int],
    by: Hat,
    reason: str,
    proposal: Proposal | None = None,
) -> None:
    """Tell that a person answered without moving a record. `what`: `different`, or how a proposal ended."""
    entry = {"what": what, "by": by.actor, "reason": reason, "proposal": proposal.ref if proposal else ""}
    journal.append([entry], {"settled": _settled(pairs)})


def keep_proposing(*, proposal: Proposal, by: Hat) -> None:
    """Tell that a person proposed to make children one, or to undo that."""
    entry = {
        "what": "proposing",
        "by": by.actor,
        "proposal": proposal.ref,
        "kind": proposal.kind,
        "undoes": proposal.undoes.ref if proposal.undoes else "",
        "master": proposal.master_id,
        "children": sorted(proposal.named),
        "for": proposal.started_for,
        "states": proposal.states,
        "reason": proposal.reason,
    }
    about = _settled([proposal.pair_id] if proposal.pair_id else [])
    journal.append([entry], {"about": about, "leaving": _leaving(proposal)})


def keep_merging(since: Reached, *, proposal: Proposal, pairs: list[int], apart: bool, by: Hat) -> None:
    """Tell that children were made one, or that this was undone, and which questions that answered. `apart`: see `proposing.keeps_apart`."""
    entry = {
        "what": "merging",
        "by": by.actor,
        "proposal": proposal.ref,
        "reason": proposal.reason,
        "apart": apart,
    }
    journal.append([entry], {"linked": _links(since), "settled": _settled(pairs)})


def _leaving(proposal: Proposal) -> pl.DataFrame:
    return staging.read(
        f"""
        SELECT {_keys("r")} FROM identity_proposedrecord p JOIN records_staterecord r ON r.id = p.state_record_id
        WHERE p.proposal_id = %(proposal)s ORDER BY r.id
        """,  # noqa: S608  (our own names)
        LEAVING,
        {"proposal": proposal.pk},
    )


def _settled(pairs: list[int]) -> pl.DataFrame:
    return staging.read(
        f"""
        SELECT {_keys("l", "left_")}, {_keys("r", "right_")}, p.status FROM identity_candidatepair p
        JOIN records_staterecord l ON l.id = p.left_id JOIN records_staterecord r ON r.id = p.right_id
        WHERE p.id = ANY(%(pairs)s) ORDER BY p.id
        """,  # noqa: S608  (our own names)
        SETTLED,
        {"pairs": pairs},
    )


def _keys(alias: str, prefix: str = "") -> str:
    return ", ".join(f"{alias}.{name} AS {prefix}{name}" for name in STATE_RECORD_KEYS)


def _evidence(alias: str) -> str:
    """The evidence without a number of this database, and the join to the record that it names."""
    return f"CASE WHEN {alias}.evidence ? 'beside' THEN jsonb_set({alias}.evidence, '{{beside}}', 'null') ELSE {alias}.evidence END::text"


def _links(since: Reached) -> pl.DataFrame:
    links = staging.read(
        f"""
        SELECT {_keys("r")}, l.msix_id, i.origin, l.reason, l.weight, {_evidence("l")}, {_keys("b", "beside_")}
        FROM identity_link l JOIN records_staterecord r ON r.id = l.state_record_id JOIN identity_msixid i USING (msix_id)
        LEFT JOIN records_staterecord b ON b.id = (l.evidence->>'beside')::bigint
        WHERE l.id > %(link)s ORDER BY l.id
        """,  # noqa: S608  (our own names)
        {name: kind for name, kind in LINKED.items() if name != "mark"},
        vars(since),
    )
    # Joined here: PostgreSQL takes the newest rows for very few, and would look for each link through all changes.
    changes = staging.read(
        f"SELECT {_keys('c')}, c.id FROM identity_idchange c WHERE c.id > %(change)s ORDER BY c.id",  # noqa: S608  (our own names)
        {**{name: LINKED[name] for name in STATE_RECORD_KEYS}, "mark": pl.Int64},
        vars(since),
    )
    return links.join(changes, on=list(STATE_RECORD_KEYS), how="left", maintain_order="left")


def _pairs(since: Reached) -> pl.DataFrame:
    return staging.read(
        f"""
        SELECT {_keys("l", "left_")}, {_keys("r", "right_")}, p.weight, p.source, {_evidence("p")}, {_keys("b", "beside_")}
        FROM identity_candidatepair p JOIN records_staterecord l ON l.id = p.left_id JOIN records_staterecord r ON r.id = p.right_id
        LEFT JOIN records_staterecord b ON b.id = (p.evidence->>'beside')::bigint
        WHERE p.id > %(pair)s ORDER BY p.id
        """,  # noqa: S608  (our own names)
        ASKED,
        vars(since),
    )


def _told(submission: Submission, findings: pl.DataFrame) -> pl.DataFrame:
    if findings.is_empty():
        return pl.DataFrame(schema=TOLD)
    students = staging.read(
        """
        SELECT seq, state_student_id_type, state_student_id FROM intake_answer
        WHERE submission_id = %(submission)s AND seq = ANY(%(seqs)s)
        """,
        {"seq": pl.Int32, "state_student_id_type": pl.String, "state_student_id": pl.String},
        {"submission": submission.pk, "seqs": findings["seq"].to_list()},
    )
    return findings.cast({"seq": pl.Int32}).join(students, on="seq", maintain_order="left").select(list(TOLD))
