# ruff: noqa: S608  (names of our own tables and elements only)
"""What a database holds, each thing as its State, its name as the States say it, and a hash of all else that is not a number or a time of its own."""

from openmsix.records.models import ROWS, Row

_KEY = "r.state_student_id_type || ' ' || r.state_student_id"
_NTH = "|| ' #' || row_number() OVER (PARTITION BY {0}.state_record_id ORDER BY {0}.id)"
_BESIDE = "(SELECT concat_ws(' ', b.state_code, b.state_student_id_type, b.state_student_id) FROM records_staterecord b WHERE b.id = ({0}.evidence->>'beside')::bigint)"


def _hash(*values: str) -> str:
    return f"hashtextextended(jsonb_build_array({', '.join(values)})::text, 0)"


_VERSION = f"""
    SELECT r.state_code, {_KEY} {_NTH.format("v")} AS key, v.* FROM records_recordversion v JOIN records_staterecord r ON r.id = v.state_record_id
"""


def _rows_of(model: type[Row]) -> str:
    columns = ", ".join(
        f't."{field.column}"' for field in model._meta.concrete_fields if field.column != "version_id"
    )
    return f"""
        SELECT v.state_code, v.key, t.hash FROM ({_VERSION}) v JOIN (
          SELECT version_id, hashtextextended(string_agg(ROW({columns})::text, '' ORDER BY t.ordinal), 0) AS hash
          FROM {model._meta.db_table} t GROUP BY version_id) t ON t.version_id = v.id"""


LAW = {
    "state records": f"SELECT r.state_code, {_KEY}, 0 FROM records_staterecord r",
    "versions": f"""
        SELECT v.state_code, v.key, {_hash("s.ref", "c.ref", "encode(v.content_hash, 'hex')", "v.kinds", "v.msix_id_sent", "v.effective_end", "v.dictionary_version", "v.checks_version")}
        FROM ({_VERSION}) v JOIN intake_submission s ON s.id = v.submission_id LEFT JOIN intake_submission c ON c.id = v.closed_by_submission_id""",
    **{f"rows of {kind.replace('_', ' ')}": _rows_of(model) for kind, model in ROWS.items()},
    "MSIX IDs": f"SELECT '', msix_id, {_hash('origin', 'retired_at IS NULL', 'retired_into_id')} FROM identity_msixid",
    "links": f"""
        SELECT r.state_code, {_KEY} {_NTH.format("l")},
          {_hash("l.msix_id", "l.closed_at IS NULL", "l.reason", "l.weight", "l.model_version", "l.decided_by", "l.evidence - 'beside'", _BESIDE.format("l"), "s.ref", "u.msix_id")}
        FROM identity_link l JOIN records_staterecord r ON r.id = l.state_record_id LEFT JOIN intake_submission s ON s.id = l.submission_id
        LEFT JOIN identity_link u ON u.id = l.undoes_id""",
    "changes of MSIX IDs": f"""
        SELECT state_code, state_student_id_type || ' ' || state_student_id || ' mark ' || id, {_hash("before", "after", "reason")} FROM identity_idchange""",
    "questions": f"""
        SELECT least(l.state_code, r.state_code), least(l.key, r.key) || ' and ' || greatest(l.key, r.key),
          {_hash("p.weight", "p.source", "p.status", "p.model_version", "p.evidence - 'beside'", _BESIDE.format("p"))}
        FROM identity_candidatepair p
        JOIN (SELECT r.id, r.state_code, r.state_code || ' ' || {_KEY} AS key FROM records_staterecord r) l ON l.id = p.left_id
        JOIN (SELECT r.id, r.state_code, r.state_code || ' ' || {_KEY} AS key FROM records_staterecord r) r ON r.id = p.right_id""",
    "known differences": f"""
        SELECT least(l.state_code, r.state_code), least(l.key, r.key) || ' and ' || greatest(l.key, r.key), {_hash("d.decided_by", "d.reason")}
        FROM identity_knowndifferent d
        JOIN (SELECT r.id, r.state_code, r.state_code || ' ' || {_KEY} AS key FROM records_staterecord r) l ON l.id = d.left_id
        JOIN (SELECT r.id, r.state_code, r.state_code || ' ' || {_KEY} AS key FROM records_staterecord r) r ON r.id = d.right_id""",
    "proposals": f"""
        SELECT p.started_for, p.ref, {_hash("p.kind", "p.status", "p.master_id", "p.reason", "p.started_by", "p.states", "p.decided_by", "p.decided_because", "c.children")}
        FROM identity_proposal p
        JOIN (SELECT proposal_id, string_agg(msix_id, ' ' ORDER BY msix_id) AS children FROM identity_proposedchild GROUP BY 1) c ON c.proposal_id = p.id""",
    "changes of residence": f"""
        SELECT c.from_state, c.from_state || ' ' || b.state_student_id_type || ' ' || b.state_student_id || ' to ' || r.state_code || ' ' || {_KEY} || ' on ' || c.arrived_on,
          {_hash("c.from_district", "c.to_district", "c.left_after", "c.due_on", "c.answered_at", "s.ref")}
        FROM notices_changeofresidence c JOIN records_staterecord r ON r.id = c.record_id JOIN records_staterecord b ON b.id = c.before_id
        LEFT JOIN intake_submission s ON s.id = c.submission_id""",
    "submissions": f"""
        SELECT s.state_code, s.ref, {_hash("s.kind", "s.effective_begin", "s.effective_end", "s.received_by", "s.confirmed_by", "s.decided_because", "p.digests", '''CASE
          WHEN s.status IN ('published', 'publishing') THEN 'linked' WHEN s.status = 'linking' OR s.counts->>'failed_in' = 'linking' THEN 'stored'
          WHEN s.status IN ('rejected', 'receiving') THEN s.status ELSE 'not stored' END''')}
        FROM intake_submission s LEFT JOIN (SELECT submission_id, string_agg(digest, ' ' ORDER BY part_number) AS digests FROM intake_submissionpart GROUP BY 1) p
          ON p.submission_id = s.id""",
}  # fmt: skip
"""What must be equal: state, name and hash of each thing."""

RECEIPTS = {
    "answers": f"""
        SELECT s.state_code, s.ref || ' student ' || a.seq,
          {_hash("a.state_student_id_type", "a.state_student_id", "a.verdict", "a.change", "a.msix_id_sent", "a.msix_id", "a.how", "a.findings")}
        FROM intake_answer a JOIN intake_submission s ON s.id = a.submission_id WHERE s.status = 'published'""",
}
"""What is made anew, and reads otherwise where checks or the directories of places have changed since."""
