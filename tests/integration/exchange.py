"""The whole exchange under test: files go in through the conductor, and what it then holds is told without numbers of its own.

`held` names records by State and identifier and children by their records, so that two ways to one state can be compared although IDs are
drawn by chance. `contents` is the opposite: every row of every table as it stands.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection

from openmsix import flow
from openmsix.accounts.hats import Hat
from openmsix.dictionary import dictionary
from openmsix.intake.models import Submission
from openmsix.intake.words import Severity
from openmsix.records.models import ROWS
from openmsix.synth.nation import Nation

OPERATOR = Hat.system("operator")

Held = Mapping[str, Counter[str]]

KEY = "r.state_code || '/' || r.state_student_id_type || '/' || r.state_student_id"
_CHILDREN = f"""
    WITH child AS (
      SELECT l.msix_id, string_agg({KEY}, ' ' ORDER BY {KEY}) AS members
      FROM identity_link l JOIN records_staterecord r ON r.id = l.state_record_id
      WHERE l.closed_at IS NULL GROUP BY l.msix_id)
"""
_PARTS = {
    "state records": f"SELECT jsonb_build_array({KEY}) FROM records_staterecord r",
    "versions": f"""
        SELECT jsonb_build_array({KEY}, v.closed_at IS NULL, encode(v.content_hash, 'hex'), v.kinds, v.msix_id_sent,
          v.effective_end, v.dictionary_version, v.checks_version)
        FROM records_recordversion v JOIN records_staterecord r ON r.id = v.state_record_id""",
    **{
        kind: f"""
        SELECT jsonb_build_array({KEY}, v.closed_at IS NULL, to_jsonb(t) - 'version_id')
        FROM {model._meta.db_table} t JOIN records_recordversion v ON v.id = t.version_id
        JOIN records_staterecord r ON r.id = v.state_record_id"""
        for kind, model in ROWS.items()
    },
    "links": f"""{_CHILDREN}
        SELECT jsonb_build_array({KEY}, child.members, l.weight, l.model_version)
        FROM identity_link l JOIN records_staterecord r ON r.id = l.state_record_id JOIN child USING (msix_id)
        WHERE l.closed_at IS NULL""",
    "who is who": f"{_CHILDREN} SELECT jsonb_build_array(members) FROM child",
    "children": f"""{_CHILDREN}
        SELECT jsonb_build_array(members, to_jsonb(c) - 'msix_id' - 'ref' - 'updated_at')
        FROM students_child c JOIN child USING (msix_id)""",
    "search rows": f"""{_CHILDREN}
        SELECT jsonb_build_array({KEY}, members, to_jsonb(s) - 'msix_id' - 'state_record_id')
        FROM students_searchrow s JOIN records_staterecord r ON r.id = s.state_record_id JOIN child USING (msix_id)""",
    # A word of a name that a child had meanwhile may stay; whether it does, depends on what was published in one go.
    "search words": """
        SELECT jsonb_build_array(kind, word) FROM students_searchword
        WHERE (kind, word) IN (SELECT substr(had, 1, 1), substr(had, 3) FROM students_child, unnest(words) AS had)""",
    "questions": f"""
        SELECT jsonb_build_array(least({KEY}, {KEY.replace("r.", "o.")}), greatest({KEY}, {KEY.replace("r.", "o.")}), p.weight,
          p.source, p.status)
        FROM identity_candidatepair p JOIN records_staterecord r ON r.id = p.left_id JOIN records_staterecord o ON o.id = p.right_id""",
    "tasks": "SELECT jsonb_build_array(type, level, status, place_id, title) FROM worklist_task",
}  # fmt: skip

_BESIDE = f"""(SELECT {KEY.replace("r.", "b.")} FROM records_staterecord b WHERE b.id = (%s.evidence->>'beside')::bigint)"""
_BY_NAME = {
    "submissions": """
        SELECT to_jsonb(s) - '{id,step,step_done,step_total,received_at,checked_at,finished_at,confirmed_at,counts}'::text[]
          || jsonb_build_object('counts', s.counts - 'rules', 'checked', checked_at IS NOT NULL, 'finished', finished_at IS NOT NULL)
        FROM intake_submission s""",
    "parts": "SELECT to_jsonb(p) - '{id,submission_id,received_at}'::text[] || jsonb_build_object('ref', s.ref) FROM intake_submissionpart p JOIN intake_submission s ON s.id = submission_id",
    "closings": "SELECT to_jsonb(c) - '{id,submission_id,state_record_id}'::text[] || jsonb_build_object('ref', s.ref) FROM intake_closing c JOIN intake_submission s ON s.id = submission_id",
    "answers": f"""
        SELECT to_jsonb(a) - '{{id,submission_id,state_record_id}}'::text[] || jsonb_build_object('ref', s.ref, 'record', {KEY})
        FROM intake_answer a JOIN intake_submission s ON s.id = submission_id LEFT JOIN records_staterecord r ON r.id = a.state_record_id""",
    "findings": "SELECT to_jsonb(f) - '{id,submission_id}'::text[] || jsonb_build_object('ref', s.ref) FROM intake_finding f JOIN intake_submission s ON s.id = submission_id",
    "MSIX IDs": "SELECT jsonb_build_array(msix_id, origin, retired_at IS NULL, retired_into_id) FROM identity_msixid",
    "all links": f"""
        SELECT jsonb_build_array({KEY}, row_number() OVER (PARTITION BY l.state_record_id ORDER BY l.id), l.msix_id, l.closed_at IS NULL,
          l.reason, l.weight, l.model_version, l.decided_by, l.evidence - 'beside', {_BESIDE % "l"}, s.ref, u.msix_id)
        FROM identity_link l JOIN records_staterecord r ON r.id = l.state_record_id LEFT JOIN intake_submission s ON s.id = l.submission_id
        LEFT JOIN identity_link u ON u.id = l.undoes_id""",
    "all versions": f"""
        SELECT jsonb_build_array({KEY}, row_number() OVER (PARTITION BY v.state_record_id ORDER BY v.id), s.ref, c.ref, encode(v.content_hash, 'hex'))
        FROM records_recordversion v JOIN records_staterecord r ON r.id = v.state_record_id
        JOIN intake_submission s ON s.id = v.submission_id LEFT JOIN intake_submission c ON c.id = v.closed_by_submission_id""",
    "changes of IDs": "SELECT to_jsonb(c) - 'at' FROM identity_idchange c",
    "evidence of questions": f"SELECT jsonb_build_array(p.evidence - 'beside', {_BESIDE % 'p'}, p.model_version) FROM identity_candidatepair p",
    "known differences": f"""
        SELECT jsonb_build_array(least({KEY}, {KEY.replace("r.", "o.")}), greatest({KEY}, {KEY.replace("r.", "o.")}), d.decided_by, d.reason)
        FROM identity_knowndifferent d JOIN records_staterecord r ON r.id = d.left_id JOIN records_staterecord o ON o.id = d.right_id""",
    "proposals": """
        SELECT to_jsonb(p) - '{id,pair_id,undoes_id,started_at,started_by_id,decided_at,decided_by_id}'::text[] || jsonb_build_object('children', (
          SELECT jsonb_agg(jsonb_build_array(c.msix_id, c.open) ORDER BY c.msix_id) FROM identity_proposedchild c WHERE c.proposal_id = p.id),
          'pair', p.pair_id IS NOT NULL)
        FROM identity_proposal p""",
    "changes of residence": f"""
        SELECT to_jsonb(c) - '{{id,record_id,before_id,noticed_at,submission_id}}'::text[] || jsonb_build_object('record', {KEY}, 'before', {KEY.replace("r.", "b.")}, 'after', s.ref)
        FROM notices_changeofresidence c JOIN records_staterecord r ON r.id = c.record_id JOIN records_staterecord b ON b.id = c.before_id
        LEFT JOIN intake_submission s ON s.id = c.submission_id""",
    "match rows": f"SELECT to_jsonb(m) - 'state_record_id' || jsonb_build_object('record', {KEY}) FROM identity_matchrow m JOIN records_staterecord r ON r.id = m.state_record_id",
    "open tasks": "SELECT jsonb_build_array(type, level, place_id, title, detail) FROM worklist_task WHERE status = 'open'",
    "places": "SELECT jsonb_build_array(kind, code, name, source) FROM places_place",
}  # fmt: skip
"""What two exchanges agree in only if one is the other's rebuilding: MSIX IDs, references and receipts themselves."""


def receive(path: Path, *, by: Hat = OPERATOR) -> Submission:
    """Hand a file to the conductor, without a worker that takes it in."""
    return flow.receive(path=path, file_name=path.name, by=by, queue=False)


def take_in(*paths: Path, by: Hat = OPERATOR) -> list[Submission]:
    """Hand files to the conductor one after the other, and take in each submission as soon as it is complete."""
    taken = []
    for path in paths:
        submission = receive(path, by=by)
        if submission.is_complete:
            taken.append(flow.take_in(submission.pk))
    return taken


def held(*, by_name: bool = False) -> Held:
    """What the exchange holds, by part, each thing as one line. `by_name`: also what two exchanges draw by chance, such as MSIX IDs; not the tasks that ended."""
    found = {}
    asked = {**_PARTS, **_BY_NAME} if by_name else _PARTS
    with connection.cursor() as cursor:
        for part, query in asked.items():
            cursor.execute(query)
            found[part] = Counter(json.dumps(_plain(row[0]), sort_keys=True) for row in cursor.fetchall())
    return found


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def differing(one: Held, other: Held, *, parts: Iterable[str] | None = None) -> dict[str, Any]:
    """The parts that differ, each with a few lines that only the first or only the second has; empty if all agree."""
    differences = {}
    for part in parts if parts is not None else one:
        missing, more = one[part] - other[part], other[part] - one[part]
        if missing or more:
            differences[part] = {"only in the first": list(missing)[:3], "only in the second": list(more)[:3]}
    return differences


def contents(*, without: Iterable[str] = ()) -> dict[str, Counter[str]]:
    """Every row of every table of the exchange, by table; `without` leaves out tables whose names begin so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall() if not name.startswith(tuple(without))]
        rows = {}
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            rows[table] = Counter(text for (text,) in cursor.fetchall())
    return rows


SSID = ("state_student_id_type", "state_student_id")
FIRST_LINE = 2  # under the header row


def accepted(made: Nation, state: str, findings: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What is left of what a State sends when rejected students and left-out values are taken away: each record type's rows as text.

    `findings`: at least `seq`, `record`, `line`, `element` and `severity`. A row begins with the student's identifier and its record id.
    """
    frames = made.frames(state)
    rejected = findings.filter(severity=Severity.STUDENT_REJECTED.value)["seq"]
    students = (
        frames["students"].with_row_index("seq", offset=1).filter(~pl.col("seq").is_in(rejected.implode()))
    )
    dropped = findings.filter(severity=Severity.VALUE_DROPPED.value)
    left = {}
    for record in ROWS:
        rows = frames[record].with_row_index("line", offset=FIRST_LINE)
        for element, lines in dropped.filter(record=record).group_by("element").agg("line").iter_rows():
            rows = rows.with_columns(pl.when(~pl.col("line").is_in(lines)).then(element).alias(element))
        named = rows.join(students.select("student_record_id", *SSID), on="student_record_id")
        left[record] = _as_text(named.with_columns(ordinal=pl.col("record_id").cast(pl.Int16)), record)
    return left


def checked(records: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The same of what comes out of the checks."""
    students = records["students"].select("seq", *SSID)
    return {record: _as_text(records[record].join(students, on="seq"), record) for record in ROWS}


def stored(state: str) -> dict[str, pl.DataFrame]:
    """The same of what the State's live versions hold."""
    found = {}
    for record, model in ROWS.items():
        columns = _columns(record)
        names = ", ".join(f"r.{name}::text" if name in SSID else f"t.{name}::text" for name in columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT {names} FROM {model._meta.db_table} t
                JOIN records_recordversion v ON v.id = t.version_id AND v.closed_at IS NULL
                JOIN records_staterecord r ON r.id = v.state_record_id WHERE r.state_code = %s""",
                [state],
            )
            frame = pl.DataFrame(cursor.fetchall(), schema=dict.fromkeys(columns, pl.String), orient="row")
        found[record] = _as_text(frame.with_columns(pl.col("ordinal").cast(pl.Int16)), record)
    return found


def _columns(record: str) -> list[str]:
    elements = dictionary().records[record].columns
    return [*SSID, "ordinal", *(name for name in elements if name not in ("student_record_id", "record_id"))]


def _as_text(rows: pl.DataFrame, record: str) -> pl.DataFrame:
    # An empty text and no text are one thing in a file.
    columns = _columns(record)
    text = rows.select(pl.col(name).cast(pl.String) for name in columns)
    return text.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String))).sort(columns[:3])
