"""What a line may hold."""

import json
import logging
from typing import Any

import pytest

from openmsix.logs import within
from openmsix.logs.events import EVENT, EVENTS, FIELDS_GIVEN
from openmsix.logs.faults import place, told
from openmsix.logs.fields import FIELDS, LEFT_OUT, safe
from openmsix.logs.gate import JsonLines, PlainLines, formatter


def record(event: str = "", *, fault: BaseException | None = None, **fields: Any) -> logging.LogRecord:
    info = (type(fault), fault, fault.__traceback__) if fault else None
    made = logging.LogRecord("x", logging.INFO, __file__, 7, "said", (), info, "here")
    if event:
        made.__dict__ |= {EVENT: event, FIELDS_GIVEN: fields}
    return made


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("request", "0123456789abcdef", "20140312"),
        ("route", "children:record", "/children/maria/"),
        ("method", "GET", "MARIA"),
        ("status", 404, 20140312),
        ("ms", 3.5, "Maria"),
        ("role", "primary", "Maria Lopez"),
        ("host", "msix.example.org:8000", "maria lopez"),
        ("submission", "TX-20261123-7K3F", "Maria"),
        ("state", "TX", "Texas"),
        ("stage", "checking", "Maria Lopez"),
        ("seconds", 1, True),
        ("fault", ["ValueError", "psycopg.errors.UniqueViolation"], ["Key (name)=(Lopez) exists"]),
        ("sqlstate", "23505", "Lopez"),
        ("constraint", "one_live_link", "Lopez exists"),
        ("at", ["openmsix/flow.py:7 in take_in"], ["Maria Lopez"]),
    ],
)
def test_a_field_holds_what_looks_like_it_and_nothing_else(name: str, good: Any, bad: Any) -> None:
    assert safe({name: good}) == {name: good}
    assert safe({name: bad}) == {name: LEFT_OUT}


def test_what_is_not_on_the_list_is_left_out() -> None:
    assert safe({"first_name": "Maria", "child": 7, "status": 200}) == {"status": 200}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_names_only_fields_on_the_list_and_its_words_need_no_others(name: str) -> None:
    event = EVENTS[name]
    assert set(event.fields) <= set(FIELDS)
    assert PlainLines().format(record(name))
    assert json.loads(JsonLines().format(record(name)))["event"] == name


def test_every_line_of_json_is_one_line() -> None:
    line = JsonLines().format(record("request", route="a\nb", host="x\r\ny"))
    assert "\n" not in line
    assert json.loads(line)["route"] == LEFT_OUT


def test_what_is_at_hand_stands_in_every_line() -> None:
    with within(submission="TX-20261123-7K3F"), within(job=7):
        line = json.loads(JsonLines().format(record()))
    assert (line["submission"], line["job"]) == ("TX-20261123-7K3F", 7)
    assert "job" not in json.loads(JsonLines().format(record()))


def test_a_fault_is_told_by_its_kinds_and_places_and_never_by_its_words() -> None:
    def fail() -> None:
        try:
            raise KeyError("Maria")
        except KeyError as cause:
            raise ValueError("Lopez") from cause

    with pytest.raises(ValueError) as caught:
        fail()
    line = json.loads(JsonLines().format(record(fault=caught.value)))
    assert told(caught.value)["fault"] == line["fault"] == ["ValueError", "KeyError"]
    assert len(line["at"]) == 3
    assert all("test_gate.py" in each for each in line["at"])
    assert "Maria" not in str(line)


def test_a_fault_that_led_to_itself_ends() -> None:
    fault = ValueError()
    fault.__context__ = other = KeyError()
    other.__context__ = fault
    assert told(fault)["fault"] == ["ValueError", "KeyError"]


def test_a_place_names_no_folder_of_this_machine() -> None:
    assert place("/home/maria/x/src/openmsix/flow.py", 7, "f") == "openmsix/flow.py:7 in f"
    assert place("/home/maria/site-packages/django/x.py", 7, "f") == "django/x.py:7 in f"
    assert place("/home/maria/lopez/a b.py", 7, "<module>") == "lopez/a_b.py:7 in <module>"


def test_the_form_is_chosen_or_follows_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(formatter("json"), JsonLines)
    assert isinstance(formatter("plain"), PlainLines)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert isinstance(formatter(), PlainLines)
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
    assert isinstance(formatter(), JsonLines)
