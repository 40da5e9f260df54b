"""Putting back from the journal who is who: links are taken as they were decided then, with their MSIX IDs; nothing is decided anew.

The writing is done by the same functions as then. Records are found by State and identifier; those that an act names and that are not there any more are counted.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import polars as pl

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.deadlines import clock
from openmsix.identity import (
    actions,
    merging,
    minting,
    proposing,
    resting,
    rows,
    settling,
    splitting,
    writing,
)
from openmsix.identity.entries import ADOPTED, ASKED, LEAVING, LINKED, SETTLED, TOLD
from openmsix.identity.models import CandidatePair, Link, MsixId, Proposal, ProposedChild, ProposedRecord
from openmsix.identity.words import Origin, PairStatus, ProposalKind, ProposalStatus
from openmsix.intake import answers
from openmsix.intake.line import Act
from openmsix.intake.models import Submission
from openmsix.intake.void import Void
from openmsix.records.actions import make_known
from openmsix.records.models import STATE_RECORD_KEYS

_KINDS = {pl.String: "text", pl.Float64: "double precision", pl.Int64: "bigint"}


def put_back(act: Act, void: Void) -> int:
    """Put back an act of who is who; how many of its links and questions name a record that is not there."""
    actions.take_turn()
    return _ACTS[act.what](act, void)


def _linking(act: Act, void: Void) -> int:
    submission, by = Submission.objects.get(ref=act.entry["submission"]), Hat.system(act.entry["by"])
    links, strays = _links(act, void)
    _keep_ids(links)
    writing.write_links(links, by=by, model_version=act.entry["model"], submission=submission)
    pairs, questions = _pairs(act, void)
    writing.write_pairs(pairs, by=by, model_version=act.entry["model"], submission=submission)
    resting.follow(submission, by=by)
    answers.add(submission, _findings(act, submission))
    writing.write_answers(submission)
    return strays + questions


def _relinking(act: Act, void: Void) -> int:
    pairs, strays = _pairs(act, void)
    writing.write_pairs(pairs, by=Hat.system(act.entry["by"]), model_version=act.entry["model"])
    return strays


def _adoption(act: Act, void: Void) -> int:
    minting.keep(act.frame("adopted", ADOPTED)["msix_id"], Origin.ADOPTED)
    make_known(students=void.without(act, act.frame("linked", LINKED)).select(STATE_RECORD_KEYS))
    links, strays = _links(act, void)
    writing.write_links(links, by=Hat.system(act.entry["by"]))
    return strays


def _undoing(act: Act, void: Void) -> int:
    links, strays = _links(act, void)
    _keep_ids(links)
    for record, msix_id, mark in links.select("state_record_id", "msix_id", "mark").iter_rows():
        wrong = Link.objects.live().get(state_record=record)
        actions.put_back(
            link=wrong, msix_id=msix_id, by=Hat.system(act.entry["by"]), reason=act.entry["reason"], mark=mark
        )
    return strays


def _different(act: Act, void: Void) -> int:
    return _settle(act, void)


def _proposing(act: Act, void: Void) -> int:
    entry = act.entry
    children = list(MsixId.objects.filter(pk__in=entry["children"]))
    if len(children) < len(entry["children"]):
        return 0  # expunged since, and the proposal with it
    pairs, strays = _answered(act, void, "about")
    undoes = Proposal.objects.filter(ref=entry["undoes"]).first() if entry["undoes"] else None
    if entry["undoes"] and undoes is None:
        return 0
    proposal = Proposal.objects.create(
        ref=entry["proposal"],
        kind=entry["kind"],
        undoes=undoes,
        master_id=entry["master"],
        pair=next((pair for pair, _ in pairs), None),
        reason=entry["reason"],
        started_at=clock.now(),
        started_by=entry["by"],
        started_for=entry["for"],
        states=entry["states"],
    )
    ProposedRecord.objects.bulk_create(
        ProposedRecord(proposal=proposal, state_record_id=record) for record in _leaving(act, void)
    )
    ProposedChild.objects.bulk_create(ProposedChild(proposal=proposal, msix=child) for child in children)
    if proposal.pair:
        settling.end_tasks(
            "candidate_pair", [str(proposal.pair_id)], by=Hat.system(entry["by"]), outcome="proposed"
        )
    proposing.ask_for_validation(proposal, Hat.system(entry["by"]))
    return strays


def _merging(act: Act, void: Void) -> int:
    links, strays = _links(act, void)
    by = Hat.system(act.entry["by"])
    _keep_ids(links)
    merging.join(links, by=by)
    proposal = Proposal.objects.filter(ref=act.entry["proposal"]).first()
    # Journals that do not tell it are of the time when that was so of a split alone.
    if proposal and act.entry.get("apart", proposal.kind == ProposalKind.SPLIT):
        splitting.keep_apart(proposal, links["state_record_id"].to_list(), by=by)
    answered = _settle(act, void)
    _end(act, ProposalStatus.DONE, because="")
    return strays + answered


def _refused(act: Act, void: Void) -> int:
    strays = _settle(act, void)
    _end(act, ProposalStatus.REFUSED, because=act.entry["reason"])
    return strays


def _lapsed(act: Act, void: Void) -> int:
    _end(act, ProposalStatus.LAPSED, because="")
    return 0


def _taken_back(act: Act, void: Void) -> int:
    _end(act, ProposalStatus.WITHDRAWN, because="")
    return 0


def _settle(act: Act, void: Void) -> int:
    pairs, strays = _answered(act, void, "settled")
    for pair, status in pairs:
        settling.settle(pair, status, by=Hat.system(act.entry["by"]), reason=act.entry["reason"])
    return strays


def _end(act: Act, status: ProposalStatus, *, because: str) -> None:
    proposal = Proposal.objects.filter(ref=act.entry["proposal"]).first()
    if proposal:
        proposing.end(proposal, status, by=Hat.system(act.entry["by"]), because=because)


_ACTS: Mapping[str, Callable[[Act, Void], int]] = MappingProxyType(
    {
        "linking": _linking,
        "relinking": _relinking,
        "adoption": _adoption,
        "undoing": _undoing,
        "different": _different,
        "proposing": _proposing,
        "merging": _merging,
        "refused": _refused,
        "lapsed": _lapsed,
        "taken_back": _taken_back,
    }
)
ACTS = frozenset(_ACTS)
"""The acts of this room, by what the journal calls them."""


def _keep_ids(links: pl.DataFrame) -> None:
    """Keep the MSIX IDs that are not known yet, each under its origin."""
    for (origin,), of_origin in links.group_by("origin"):
        minting.keep(of_origin["msix_id"], Origin(str(origin)))


def _staged(table: str, frame: pl.DataFrame, schema: Mapping[str, type[pl.DataType]]) -> None:
    columns = {"place": "bigint"} | {name: _KINDS[kind] for name, kind in schema.items()}
    staging.stage(table, columns, frame.with_row_index("place"))


def _same(record: str, row: str) -> str:
    return " AND ".join(f"{record}.{name} = {row}{name}" for name in STATE_RECORD_KEYS)


_EVIDENCE = """
    CASE WHEN s.evidence::jsonb ? 'beside' THEN jsonb_set(s.evidence::jsonb, '{beside}', coalesce(to_jsonb(b.id), 'null'))
    ELSE s.evidence::jsonb END::text
"""


def _links(act: Act, void: Void) -> tuple[pl.DataFrame, int]:
    """The links of an act as `writing.write_links` takes them, with `origin`, and how many name no record."""
    told = void.without(act, act.frame("linked", LINKED))
    _staged("told_links", told, LINKED)
    found = staging.read(
        f"""
        SELECT r.id, s.msix_id, s.origin, s.reason, s.weight, {_EVIDENCE}, s.mark FROM told_links s
        JOIN records_staterecord r ON {_same("r", "s.")} LEFT JOIN records_staterecord b ON {_same("b", "s.beside_")}
        ORDER BY s.place
        """,  # noqa: S608  (our own names)
        {
            "state_record_id": pl.Int64,
            **{name: LINKED[name] for name in ("msix_id", "origin", "reason", "weight", "evidence", "mark")},
        },
    )
    return found, told.height - found.height


def _pairs(act: Act, void: Void) -> tuple[pl.DataFrame, int]:
    """The questions of an act as `writing.write_pairs` takes them, and how many name no record."""
    told = act.frame("asked", ASKED)
    for side in ("left_", "right_"):
        told = void.without(act, told, side)
    _staged("told_pairs", told, ASKED)
    found = staging.read(
        f"""
        SELECT least(l.id, r.id), greatest(l.id, r.id), s.weight, s.source, {_EVIDENCE}, s.right_state_code FROM told_pairs s
        JOIN records_staterecord l ON {_same("l", "s.left_")} JOIN records_staterecord r ON {_same("r", "s.right_")}
        LEFT JOIN records_staterecord b ON {_same("b", "s.beside_")} ORDER BY s.place
        """,  # noqa: S608  (our own names)
        {
            "left_id": pl.Int64,
            "right_id": pl.Int64,
            **{name: ASKED[name] for name in ("weight", "source", "evidence")},
            "state_code": pl.String,
        },
    )
    return found, told.height - found.height


def _leaving(act: Act, void: Void) -> list[int]:
    told = void.without(act, act.frame("leaving", LEAVING))
    _staged("told_leaving", told, LEAVING)
    found = staging.rows(
        f"SELECT r.id FROM told_leaving s JOIN records_staterecord r ON {_same('r', 's.')} ORDER BY s.place"  # noqa: S608
    )
    return [record for (record,) in found]


def _answered(act: Act, void: Void, frame: str) -> tuple[list[tuple[CandidatePair, PairStatus]], int]:
    """The pairs of an act, each with its status then, and how many name no pair that is there."""
    told = act.frame(frame, SETTLED)
    for side in ("left_", "right_"):
        told = void.without(act, told, side)
    _staged("told_settled", told, SETTLED)
    found = staging.rows(
        f"""
        SELECT p.id, s.status FROM told_settled s
        JOIN records_staterecord l ON {_same("l", "s.left_")} JOIN records_staterecord r ON {_same("r", "s.right_")}
        JOIN identity_candidatepair p ON p.left_id = least(l.id, r.id) AND p.right_id = greatest(l.id, r.id)
        ORDER BY s.place
        """  # noqa: S608  (our own names)
    )
    pairs = CandidatePair.objects.in_bulk([pair for pair, _ in found])
    return [(pairs[pair], PairStatus(status)) for pair, status in found], told.height - len(found)


def _findings(act: Act, submission: Submission) -> pl.DataFrame:
    """What linking said of sent MSIX IDs, by the place that each student has in the receipt."""
    told = act.frame("told", TOLD)
    if told.is_empty():
        return told
    key = ("state_student_id_type", "state_student_id")
    places = staging.read(
        "SELECT seq, state_student_id_type, state_student_id FROM intake_answer WHERE submission_id = %(submission)s AND verdict <> 'rejected'",
        {"seq": pl.Int32, **dict.fromkeys(key, pl.String)},
        {"submission": submission.pk},
    )
    return told.join(places, on=key, maintain_order="left")


def finish(state_code: str) -> None:
    """Make what else this room holds of a State's records, once all acts are put back: what the linkage model sees of them."""
    rows.make(state_code)


def set_marks() -> None:
    """Let the next change of an MSIX ID have a number above all that were given."""
    staging.rows(
        "SELECT setval('identity_idchange_id_seq', (SELECT max(id) FROM identity_idchange)) WHERE EXISTS (SELECT FROM identity_idchange)"
    )
