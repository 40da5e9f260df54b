"""CEDS ids against the ontology itself, as the package `ceds-jsonld` ships it."""

import re
from functools import cache
from importlib.resources import files

import pytest

from openmsix.dictionary.columns import names_of
from openmsix.dictionary.declare import Element
from openmsix.dictionary.versions import RECORD_TYPES

MAPPED = [
    (f"{record.key}.{element.key}", element)
    for record in RECORD_TYPES
    for element in record.elements
    if element.ceds
]

# Words that one vocabulary has for what the other calls otherwise; each line is a judgement that they mean the same.
SAME = {
    "birth_date": "birthdate",
    "birth_date_verification": "birthdate",
    "facility_address_1": "street",
    "facility_name": "building",
    "facility_zip": "postal",
    "school_or_project_name": "institution",
    "school_district_id": "agency",
    "school_district": "organization",
    "district_of_residence": "agency",
    "withdrawal_date": "exit",
    "graduation_hse_indicator": "diploma",
    "graduation_hse_date": "diploma",
    "course_type": "level",
    "begin_academic_year": "year",
    "term_type": "session",
    "lep_indicator": "learner",
    "msix_id": "identifier",
    "state_student_id_type": "identification",
    "alternate_student_id_type": "identification",
    "alternate_student_id": "identifier",
    "reporting_method": "metric",
    "interpretation": "performance",
    "parent_1_email": "mail",
    "parent_2_email": "mail",
}
WEAK = {
    "has",
    "of",
    "or",
    "and",
    "for",
    "code",
    "type",
    "date",
    "name",
    "indicator",
    "flag",
    "student",
    "the",
}


@cache
def labels() -> dict[str, str]:
    """Label by six-digit id. Read by pattern: a parser would take minutes for the 19 megabytes."""
    path = files("ceds_jsonld").joinpath("ontologies", "base", "CEDS-Ontology.rdf")
    text = path.read_text(encoding="utf-8")
    properties = re.finditer(
        r'<rdf:Property rdf:about="http://ceds\.ed\.gov/terms#P(\d{6})">.*?<rdfs:label>(.*?)</rdfs:label>',
        text,
        re.S,
    )
    return {found[1]: found[2] for found in properties}


def strong_words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in WEAK}


@pytest.mark.parametrize(("where", "element"), MAPPED, ids=[where for where, _ in MAPPED])
def test_a_ceds_id_names_the_same_thing_in_the_ontology(where: str, element: Element) -> None:
    assert element.ceds
    label = labels().get(element.ceds)
    assert label, f"{where}: CEDS has no {element.ceds}"

    ours = strong_words(" ".join((*names_of(element), element.definition)))
    theirs = strong_words(label)
    alike = SAME[element.key] in theirs if element.key in SAME else bool(ours & theirs)

    assert alike, f"{where} is mapped to {label!r}"


def test_the_migrant_block_of_ceds_is_mapped() -> None:
    block = {f"{number:06d}" for number in range(426, 441)}

    assert block <= {element.ceds for _, element in MAPPED}
