# ruff: noqa: S608  (our own names)
"""How the figures are reckoned: each statement looks at everything once, and gives kind, State, two places in a table, and a number.

A pair, a child or a proposal counts once for each State that it concerns, and once for the nation.
"""

_EACH = "CROSS JOIN LATERAL (SELECT DISTINCT unnest(ARRAY['', l.state_code, r.state_code]) AS state) AS each"
_SIDES = "JOIN records_staterecord l ON l.id = p.left_id JOIN records_staterecord r ON r.id = p.right_id"
_UNDONE = """EXISTS (SELECT FROM identity_proposal m JOIN identity_proposal u ON u.undoes_id = m.id AND u.status = 'done'
    WHERE m.pair_id = p.id AND m.kind = 'merge' AND m.status = 'done')"""
_PROPOSED = (
    "EXISTS (SELECT FROM identity_proposal m WHERE m.pair_id = p.id AND m.status IN ('done', 'refused'))"
)
_OF_PROPOSAL = """CROSS JOIN LATERAL (SELECT '' AS state UNION SELECT jsonb_array_elements_text(p.states) UNION SELECT p.started_for) AS each"""

_LIVE = """EXISTS (SELECT FROM records_recordversion v WHERE v.state_record_id = p.left_id AND v.closed_at IS NULL)
    AND EXISTS (SELECT FROM records_recordversion v WHERE v.state_record_id = p.right_id AND v.closed_at IS NULL)"""

_OUTCOME = f"CASE WHEN {_UNDONE} THEN 'undone' ELSE p.status END"

DECISIONS = f"""
    SELECT 'decisions', state, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), what, count(*) FROM (
      SELECT each.state, k.decided_at AS at, 'different' AS what FROM identity_candidatepair p
        JOIN identity_knowndifferent k ON k.left_id = p.left_id AND k.right_id = p.right_id {_SIDES} {_EACH}
        WHERE p.status = 'different' AND k.decided_at >= %(decided_since)s AND NOT {_PROPOSED}
      UNION ALL SELECT each.state, p.started_at, 'proposed' FROM identity_proposal p {_OF_PROPOSAL} WHERE p.started_at >= %(decided_since)s
      UNION ALL SELECT each.state, p.decided_at, CASE p.status WHEN 'done' THEN 'agreed' ELSE 'refused' END FROM identity_proposal p {_OF_PROPOSAL}
        WHERE p.status IN ('done', 'refused') AND p.decided_at >= %(decided_since)s) AS decided
    GROUP BY 2, 3, 4
"""

PLACED = """
    SELECT 'placed', CASE WHEN grouping(s.state_code) = 1 THEN '' ELSE s.state_code END, to_char(s.received_at AT TIME ZONE 'UTC', 'YYYY-MM'), placed.what, sum(placed.n)
    FROM (SELECT submission_id, CASE reason WHEN 'matched' THEN 'matched' WHEN 'sent' THEN 'sent' ELSE 'new' END AS what, count(*) AS n
        FROM identity_link WHERE submission_id IS NOT NULL GROUP BY 1, 2
      UNION ALL SELECT submission_id, 'asked', count(*) FROM identity_candidatepair WHERE submission_id IS NOT NULL GROUP BY 1) AS placed
    JOIN intake_submission s ON s.id = placed.submission_id WHERE s.received_at >= %(placed_since)s
    GROUP BY GROUPING SETS ((s.state_code, 3, 4), (3, 4))
"""

SPLIT = """
    SELECT 'split', each.state, '', '', count(DISTINCT p.id) FROM identity_proposal p
    CROSS JOIN LATERAL (SELECT '' AS state UNION SELECT k.state_code FROM identity_proposedrecord q JOIN identity_link k ON k.state_record_id = q.state_record_id WHERE q.proposal_id = p.id) AS each
    WHERE p.kind = 'split' AND p.status = 'done' AND NOT EXISTS (SELECT FROM identity_proposal u WHERE u.undoes_id = p.id AND u.status = 'done')
      AND EXISTS (SELECT FROM identity_proposedrecord q JOIN identity_link k ON k.state_record_id = q.state_record_id WHERE q.proposal_id = p.id AND k.reason = 'matched')
    GROUP BY 2
"""

TOLD_APART = f"""
    SELECT p.id FROM identity_knowndifferent k JOIN identity_candidatepair p ON p.left_id = k.left_id AND p.right_id = k.right_id {_SIDES}
    WHERE k.decided_at >= %(since)s AND k.decided_at < %(until)s AND p.status = 'different' AND %(state)s IN (l.state_code, r.state_code) AND NOT {_PROPOSED} ORDER BY 1
"""
"""The pairs of a State that `DECISIONS` counts as different in some time."""

FIGURES = (DECISIONS, PLACED, SPLIT)

SUSPECTED_MERGES = """
    INSERT INTO reports_suspectedmerge (msix_id, states, reasons, records)
    SELECT msix_id, states, array_remove(ARRAY[
        CASE WHEN years > 1 THEN 'birth_years' END, CASE WHEN sexes > 1 THEN 'sexes' END, CASE WHEN records > cardinality(states) THEN 'records' END], NULL), records
    FROM (SELECT msix_id, array_agg(DISTINCT state_code ORDER BY state_code) AS states, count(*) AS records,
        count(DISTINCT extract(year FROM birth_date)) AS years, count(DISTINCT nullif(sex, '')) AS sexes
      FROM students_searchrow GROUP BY msix_id HAVING count(*) > 1) AS child
    WHERE years > 1 OR sexes > 1 OR records > cardinality(states)
"""

SUSPECTED_DUPLICATES = f"""
    INSERT INTO reports_suspectedduplicate (pair_id, states, weight, by_rule)
    SELECT p.id, ARRAY(SELECT DISTINCT unnest(ARRAY[l.state_code, r.state_code]) ORDER BY 1), p.weight,
      NOT EXISTS (SELECT FROM jsonb_array_elements_text(coalesce(p.evidence->'reasons', '[]')) AS reason WHERE reason <> ALL (%(rules)s))
    FROM identity_candidatepair p {_SIDES} WHERE p.status = 'open' AND p.weight >= %(same_above)s AND {_LIVE}
"""

DECIDED_PAIRS = f"""
    INSERT INTO reports_decidedpair (pair_id, states, band, outcome)
    SELECT p.id, ARRAY(SELECT DISTINCT unnest(ARRAY[l.state_code, r.state_code]) ORDER BY 1),
      CASE WHEN p.weight IS NULL THEN %(not_weighed)s ELSE (%(bands)s::text[])[width_bucket(p.weight, %(edges)s::float8[]) + 1] END, {_OUTCOME}
    FROM identity_candidatepair p {_SIDES} WHERE p.status IN ('same', 'different')
"""

LISTS = (SUSPECTED_MERGES, SUSPECTED_DUPLICATES, DECIDED_PAIRS)

OF_LISTS = """
    SELECT 'merges', state, reason, '', count(*) FROM reports_suspectedmerge
      CROSS JOIN LATERAL unnest(states || ''::varchar) AS state CROSS JOIN LATERAL unnest(reasons || 'any'::text) AS reason GROUP BY 2, 3
    UNION ALL
    SELECT 'duplicates', state, CASE WHEN by_rule THEN 'rule' ELSE 'alike' END, '', count(*) FROM reports_suspectedduplicate
      CROSS JOIN LATERAL unnest(states || ''::varchar) AS state GROUP BY 2, 3
    UNION ALL
    SELECT 'agreement', state, band, outcome, count(*) FROM reports_decidedpair CROSS JOIN LATERAL unnest(states || ''::varchar) AS state GROUP BY 2, 3, 4
"""
"""After the lists were filled."""
