"""The statements of a rebuild, in their order. Each works on whole sets.

They read the temporary tables `touched` (msix_id), `spelling` (kind, raw, words), `reference` (msix_id, ref)
and `expiry` (arrived, born, ends), which `actions` fills, and make `speaking`, `person`,
`latest_enrollment`, `latest_grade`, `latest_move` and `derived` on the way.
"""

SPEAKING = """
create temporary table speaking on commit drop as
select link.msix_id, link.state_record_id, known.state_code, known.state_student_id, version.id as version_id,
       (version.effective_end at time zone 'UTC')::date as said_at
from touched
join identity_link link on link.msix_id = touched.msix_id and link.closed_at is null
join records_staterecord known on known.id = link.state_record_id
join records_recordversion version on version.state_record_id = known.id and version.closed_at is null
"""

SILENT = """
select distinct msix_id from identity_link where msix_id not in (
  select link.msix_id from identity_link link
  join records_recordversion version on version.state_record_id = link.state_record_id and version.closed_at is null
  where link.closed_at is null)
"""
"""The children of whom no State speaks any more."""

LAST_SAID = """
create temporary table speaking on commit drop as
with said as (
  select link.msix_id, link.state_record_id, known.state_code, known.state_student_id, version.id as version_id,
         (version.effective_end at time zone 'UTC')::date as said_at, least(link.closed_at, version.closed_at) as until
  from touched
  join identity_link link on link.msix_id = touched.msix_id
  join records_staterecord known on known.id = link.state_record_id
  join records_recordversion version on version.state_record_id = known.id
       and version.opened_at < coalesce(link.closed_at, 'infinity') and coalesce(version.closed_at, 'infinity') > link.opened_at)
select msix_id, state_record_id, state_code, state_student_id, version_id, said_at
from (select said.*, max(until) over (partition by msix_id) as latest from said) as ended where until = latest
"""
"""In the place of `SPEAKING`: what was said last of children of whom no State speaks any more."""

PERSON = """
create temporary table person on commit drop as
select distinct on (speaking.state_record_id) speaking.*, who.first_name, who.middle_name, who.last_name_1,
       who.last_name_2, who.suffix, who.sex, who.birth_date, who.multiple_birth_flag,
       who.female_parent_first_name, who.female_parent_last_name, who.male_parent_first_name,
       who.male_parent_last_name
from speaking
left join records_demographics who on who.version_id = speaking.version_id
order by speaking.state_record_id, who.ordinal
"""

# Of two enrollments that began the same day a school goes before a residency, then the one that ended later
# or not at all, then the one said later: as in `consolidate`.
LATEST_ENROLLMENT = """
create temporary table latest_enrollment on commit drop as
select distinct on (speaking.msix_id) speaking.msix_id,
       coalesce(stay.facility_state, speaking.state_code) as state_code, stay.school_district_id,
       stay.school_district, stay.school_or_project_name, stay.enrollment_date,
       stay.withdrawal_date
from speaking
join records_enrollment stay on stay.version_id = speaking.version_id
order by speaking.msix_id, stay.enrollment_date desc nulls last, coalesce(stay.enrollment_type, '') = '06',
         coalesce(stay.withdrawal_date, 'infinity') desc, speaking.said_at desc,
         speaking.state_code, speaking.state_student_id, stay.ordinal
"""

LATEST_GRADE = """
create temporary table latest_grade on commit drop as
select distinct on (speaking.msix_id) speaking.msix_id, stay.grade_level
from speaking
join records_enrollment stay on stay.version_id = speaking.version_id
where stay.grade_level is not null
order by speaking.msix_id, stay.enrollment_date desc nulls last, coalesce(stay.enrollment_type, '') = '06',
         coalesce(stay.withdrawal_date, 'infinity') desc, speaking.said_at desc,
         speaking.state_code, speaking.state_student_id, stay.ordinal
"""

LATEST_MOVE = """
create temporary table latest_move on commit drop as
select distinct on (speaking.msix_id) speaking.msix_id, move.qualifying_arrival_date,
       move.eligibility_expiration_date
from speaking
join records_qualifyingmove move on move.version_id = speaking.version_id
order by speaking.msix_id, move.qualifying_arrival_date desc nulls last,
         move.eligibility_expiration_date is null, speaking.said_at desc, speaking.state_code, speaking.state_student_id,
         move.ordinal
"""

# All spellings of names and schools that occur, each once.
RAW_SPELLINGS = """
select 'n', raw from (select first_name from person union select middle_name from person
    union select last_name_1 from person union select last_name_2 from person
    union select female_parent_first_name from person union select female_parent_last_name from person
    union select male_parent_first_name from person union select male_parent_last_name from person
) as every (raw)
where raw is not null
union all
select 's', raw from (select distinct stay.school_or_project_name from speaking
    join records_enrollment stay on stay.version_id = speaking.version_id) as every (raw)
where raw is not null
"""

# Two statements: one with "or" would read the whole table.
FORGET_SEARCH_ROWS_OF_CHILDREN = (
    "delete from students_searchrow where msix_id in (select msix_id from touched)"
)
FORGET_SEARCH_ROWS_OF_RECORDS = (
    "delete from students_searchrow where state_record_id in (select state_record_id from speaking)"
)

SEARCH_ROWS = """
insert into students_searchrow
    (state_record_id, msix_id, state_code, state_student_id, ids, birth_date, sex, given, surnames, parents,
     schools)
select person.state_record_id, person.msix_id, person.state_code, person.state_student_id,
       coalesce(identifier.ids, '{}'), person.birth_date, coalesce(person.sex, ''),
       coalesce(first.words, '{}') || coalesce(middle.words, '{}'),
       coalesce(last_1.words, '{}') || coalesce(last_2.words, '{}'),
       coalesce(mother_first.words, '{}') || coalesce(mother_last.words, '{}')
           || coalesce(father_first.words, '{}') || coalesce(father_last.words, '{}'),
       coalesce(attended.words, '{}')
from person
left join spelling first on first.kind = 'n' and first.raw = person.first_name
left join spelling middle on middle.kind = 'n' and middle.raw = person.middle_name
left join spelling last_1 on last_1.kind = 'n' and last_1.raw = person.last_name_1
left join spelling last_2 on last_2.kind = 'n' and last_2.raw = person.last_name_2
left join spelling mother_first on mother_first.kind = 'n'
    and mother_first.raw = person.female_parent_first_name
left join spelling mother_last on mother_last.kind = 'n'
    and mother_last.raw = person.female_parent_last_name
left join spelling father_first on father_first.kind = 'n'
    and father_first.raw = person.male_parent_first_name
left join spelling father_last on father_last.kind = 'n'
    and father_last.raw = person.male_parent_last_name
left join (
    select state_record_id, array_agg(distinct id order by id) as ids
    from (select state_record_id, regexp_replace(upper(state_student_id), '[^0-9A-Z]', '', 'g') as id
          from speaking
          union
          select speaking.state_record_id,
                 regexp_replace(upper(other.alternate_student_id), '[^0-9A-Z]', '', 'g')
          from speaking join records_alternateid other on other.version_id = speaking.version_id) as every
    where id <> '' group by state_record_id
) identifier on identifier.state_record_id = person.state_record_id
left join (
    select stay.state_record_id, array_agg(distinct word order by word) as words
    from (select distinct speaking.state_record_id, enrollment.school_or_project_name as raw from speaking
          join records_enrollment enrollment on enrollment.version_id = speaking.version_id) as stay
    join spelling on spelling.kind = 's' and spelling.raw = stay.raw
    cross join lateral unnest(spelling.words) as word
    group by stay.state_record_id
) attended on attended.state_record_id = person.state_record_id
order by person.state_record_id
"""

# The parents are those whom the State that spoke last names; where it names none, those of the State before.
DERIVED = """
create temporary table derived on commit drop as
select person.*, tally.states, tally.records, found.words,
       concat_ws(' ', mother.female_parent_first_name, mother.female_parent_last_name) as mother_name,
       concat_ws(' ', father.male_parent_first_name, father.male_parent_last_name) as father_name,
       coalesce(nullif(concat_ws('|', mother_first.words[1], mother_last.words[1]), ''), '') as mother_key
from (select distinct on (msix_id) * from person
      order by msix_id, said_at desc, state_code, state_student_id) as person
join (select msix_id, array_agg(distinct state_code order by state_code) as states,
             count(*) as records
      from speaking group by msix_id) as tally on tally.msix_id = person.msix_id
join (select msix_id, array_agg(distinct word order by word) as words from (
          select msix_id, 'n:' || unnest(given || surnames) as word from students_searchrow
          where msix_id in (select msix_id from touched)
          union all
          select msix_id, 'p:' || unnest(parents) from students_searchrow
          where msix_id in (select msix_id from touched)
          union all
          select msix_id, 's:' || unnest(schools) from students_searchrow
          where msix_id in (select msix_id from touched)
          union all
          select msix_id, '' from speaking
      ) as every group by msix_id) as found on found.msix_id = person.msix_id
left join (select distinct on (msix_id) * from person
           where coalesce(female_parent_first_name, '') || coalesce(female_parent_last_name, '') <> ''
           order by msix_id, said_at desc, state_code, state_student_id) as mother
    on mother.msix_id = person.msix_id
left join (select distinct on (msix_id) * from person
           where coalesce(male_parent_first_name, '') || coalesce(male_parent_last_name, '') <> ''
           order by msix_id, said_at desc, state_code, state_student_id) as father
    on father.msix_id = person.msix_id
left join spelling mother_first on mother_first.kind = 'n'
    and mother_first.raw = mother.female_parent_first_name
left join spelling mother_last on mother_last.kind = 'n'
    and mother_last.raw = mother.female_parent_last_name
"""

_COLUMNS = (
    "first_name", "middle_name", "last_name_1", "last_name_2", "suffix", "birth_date", "sex", "mother",
    "father", "multiple_birth", "states", "current_state", "current_district_id", "current_district",
    "current_school", "grade", "last_enrollment_date", "last_withdrawal_date", "qualifying_arrival_date",
    "eligibility_end", "records", "live", "words", "family",
)  # fmt: skip

CHILDREN = f"""
insert into students_child as known (msix_id, ref, {", ".join(_COLUMNS)}, updated_at)
select derived.msix_id, reference.ref, coalesce(first_name, ''), coalesce(middle_name, ''),
       coalesce(last_name_1, ''), coalesce(last_name_2, ''), coalesce(suffix, ''), birth_date,
       coalesce(sex, ''),
       mother_name, father_name,
       coalesce(multiple_birth_flag, '') = 'Yes', states, coalesce(stay.state_code, derived.state_code),
       coalesce(stay.school_district_id, ''), coalesce(stay.school_district, ''),
       coalesce(stay.school_or_project_name, ''), coalesce(latest_grade.grade_level, ''),
       stay.enrollment_date, stay.withdrawal_date, move.qualifying_arrival_date,
       coalesce(move.eligibility_expiration_date, expiry.ends),
       records, true, array_remove(derived.words, ''),
       case when mother_key = '' then '' else mother_key || '|' || coalesce(surname.words[1], '') end,
       %(now)s
from derived
join reference on reference.msix_id = derived.msix_id
left join latest_enrollment stay on stay.msix_id = derived.msix_id
left join latest_grade on latest_grade.msix_id = derived.msix_id
left join latest_move move on move.msix_id = derived.msix_id
left join expiry on expiry.arrived = move.qualifying_arrival_date
    and expiry.born is not distinct from birth_date
left join spelling surname on surname.kind = 'n' and surname.raw = last_name_1
order by derived.msix_id
on conflict (msix_id) do update
set {", ".join(f"{column} = excluded.{column}" for column in _COLUMNS)}, updated_at = excluded.updated_at
where ({", ".join(f"known.{column}" for column in _COLUMNS)})
      is distinct from ({", ".join(f"excluded.{column}" for column in _COLUMNS)})
"""  # noqa: S608 - the columns are the constants above

# A child of whom no State speaks any more keeps its row, for its address may be written somewhere.
SILENT_CHILDREN = """
update students_child
set live = false, records = 0, states = '{}', words = '{}', family = '', updated_at = %(now)s
where live and msix_id in (select msix_id from touched except select msix_id from speaking)
"""

NEW_WORDS = """
insert into students_searchword (kind, word)
select distinct substr(word, 1, 1) as kind, substr(word, 3) as word
from (select unnest(words) as word from derived) as every
where word <> ''
order by kind, word
on conflict do nothing
"""

NEXT_VOCABULARY = """
insert into students_vocabulary as known (id, version)
values (1, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
on conflict (id) do update set version = greatest(known.version + 1, excluded.version)
"""
