"""The published schemas take what is well written, and refuse what is not."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import jsonschema_rs
import pytest
from lxml import etree

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.dictionary.json_schema import as_data, json_schema
from openmsix.dictionary.xml_names import namespace
from openmsix.dictionary.xml_schema import xml_schema
from openmsix.synth import documents, nation
from tests import parts


@pytest.fixture(scope="module")
def sent() -> dict[str, Any]:
    made = nation.make(children=300, states=1, seed=2, noise=0.0, today=date(2026, 11, 23))
    return made.frames(made.sending()[0])


def xsd(version: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(xml_schema(version).encode()))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_made_up_state_is_valid_by_every_version(sent: dict[str, Any], version: str) -> None:
    known = {
        key: frame.select(name for name in frame.columns if name in dictionary(version).records[key].columns)
        for key, frame in sent.items()
    }
    if version == VERSIONS[-1]:
        xsd(version).assertValid(etree.fromstring(documents.as_xml(known, version)))
        validator = jsonschema_rs.validator_for(as_data(version))
        assert list(validator.iter_errors(json.loads(documents.as_json(known, version)))) == []
    else:
        assert xsd(version) is not None
        jsonschema_rs.meta.validate(json.loads(json_schema(version)))
        assert namespace(version) in xml_schema(version)


BROKEN: dict[str, tuple[str, str]] = {
    "a bad date": ("20100312", "2010-03-12"),
    "an unknown code": ("<Sex>Female", "<Sex>F"),
    "an unknown element": ("<ToCity>", "<Mood/><ToCity>"),
    "a value twice": ("<ToCity>", "<ToCity>X</ToCity><ToCity>"),
    "no birth date": ("<BirthDate>20100312</BirthDate>", ""),
    "too long": ("Weslaco High School", "x" * 200),
    "a record in a record": ("<ToCity>", "<Enrollment/><ToCity>"),
}


@pytest.mark.parametrize(("old", "new"), BROKEN.values(), ids=BROKEN)
def test_the_xml_schema_refuses(old: str, new: str) -> None:
    text = parts.xml(parts.two_children()).decode()
    schema = xsd("current")
    assert schema.validate(etree.fromstring(text.encode()))
    assert old in text
    assert not schema.validate(etree.fromstring(text.replace(old, new, 1).encode()))


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a bad date": lambda one: one["demographics"][0].update(birth_date="2010-03-12"),
    "an unknown code": lambda one: one["demographics"][0].update(sex="F"),
    "an unknown key": lambda one: one["demographics"][0].update(mood="good"),
    "a number for text": lambda one: one["enrollments"][0].update(school_id=484515005120),
    "no birth date": lambda one: one["demographics"][0].pop("birth_date"),
    "text for records": lambda one: one.update(enrollments="none"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_json_schema_refuses(change: Callable[[dict[str, Any]], object]) -> None:
    validator = jsonschema_rs.validator_for(as_data("current"))
    made = json.loads(parts.json(parts.two_children()))
    assert validator.is_valid(made)
    change(made["students"][0])
    assert not validator.is_valid(made)
