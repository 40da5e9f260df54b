"""XML that is read the quick way is well-formed, and says what the careful way says; all other goes the careful way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openmsix.intake import parse, xml_careful, xml_quick
from openmsix.intake.checks import nesting
from tests import parts
from tests.xml_ways import is_regular

WHOLE = parts.xml(parts.two_children())
CITY = b"<FromCity>Immokalee</FromCity>"
STUDENT = b"<Student><StudentRecordId>0000002"


def changed(old: bytes, new: bytes) -> bytes:
    """The file with one thing in it changed."""
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


def outermost(content: bytes) -> bytes:
    """The file with something else in its outermost element."""
    return changed(WHOLE[WHOLE.index(b"<Header>") : WHOLE.index(b"</Submission>")], content)


def broken(data: bytes) -> bool:
    """Whether the file is answered as one that is not well-formed."""
    return nesting.DOCUMENT_BROKEN.code in parse.read(data).problems["code"]


REGULAR = {
    "as it is": WHOLE,
    "lines end in CR LF": WHOLE.replace(b"\n", b"\r\n"),
    "no line ends": WHOLE.replace(b"\n", b""),
    "a value on each line": WHOLE.replace(b"><", b">\r\n\t <"),
    "a comment before": changed(b"<Submission", b"<!-- made up -->\n<Submission"),
    "a byte-order mark": b"\xef\xbb\xbf" + WHOLE,
    "nothing but ASCII, declared": WHOLE.decode().encode("ascii", "ignore").replace(b"UTF-8", b"us-ascii"),
    "blanks and line ends after": WHOLE + b" \n\n",
    "blanks in the last tag": changed(b"</Submission>", b"</Submission \n>"),
    "blanks around a value": changed(CITY, b"<FromCity>\t Immokalee \n</FromCity>"),
    "other white space around a value": changed(CITY, "<FromCity>\u2003\u00a0Immokalee\u3000</FromCity>".encode()),
    "a value of blanks": changed(CITY, b"<FromCity>  </FromCity>"),
    "a value on two lines": changed(CITY, b"<FromCity>Immo \n kalee</FromCity>"),
    "references": changed(CITY, b"<FromCity>&lt;Immo&#107;alee&#x20;&amp;&#10;&apos;</FromCity>"),
    "an empty value": changed(CITY, b"<FromCity/>"),
    "a value of nothing": changed(CITY, b"<FromCity></FromCity>"),
    "an empty value at the end": changed(CITY + b"<FromState>FL</FromState>", b"<FromState>FL</FromState><FromCity/>"),
    "an empty record": changed(b"</Student>", b"<Assessment/><Assessment></Assessment></Student>"),
    "an empty student": changed(b"</Submission>", b"<Student></Student></Submission>"),
    "a student without values": changed(b"</Submission>", b"<Student/><Student></Student></Submission>"),
    "no student": changed(WHOLE[WHOLE.index(b"<Student>") :], b"</Submission>"),
    "nothing": changed(WHOLE[WHOLE.index(b"<Header>") :], b"</Submission>"),
    "no value": outermost(b"<Student/><Student><Assessment/></Student>"),
    "an empty value alone": outermost(b"<Student><ReportingState/></Student>"),
    "blanks in the namespace": changed(b"urn:openmsix", b"\nurn :openmsix"),
    "names in other letters": WHOLE.replace(b"FirstName>", b"first_name>").replace(b"Student>", b"student>"),
}  # fmt: skip

CAREFUL = {
    "a comment": changed(CITY, CITY + b"<!-- made up -->"),
    "a tag in a comment before": changed(b"<Submission", b"<!-- <made> up -->\n<Submission"),
    "CDATA": changed(CITY, b"<FromCity><![CDATA[Immokalee]]></FromCity>"),
    "an instruction": changed(CITY, CITY + b"<?go on?>"),
    "an attribute": changed(b"<FromCity>", b'<FromCity kind="town">'),
    "a blank in a tag": changed(b"<FromCity>", b"<FromCity >"),
    "an unknown name": changed(CITY, b"<Village>Immokalee</Village>"),
    "an unknown name alone": outermost(b"<Student><Village>Immokalee</Village></Student>"),
    "an unknown name outside": outermost(b"<Village/>"),
    "text alone": outermost(b"Immokalee"),
    "an outermost element that ends at once": changed(WHOLE[WHOLE.index(b">\n<Header") :], b"/>"),
    "a value twice": changed(CITY, CITY + CITY),
    "a value twice, once empty": changed(CITY, CITY + b"<FromCity/>"),
    "a value under two names": changed(CITY, CITY + b"<from_city>Immokalee</from_city>"),
    "a value after a record": changed(b"</Student>", b"<StateStudentId/></Student>"),
    "a value outside": changed(STUDENT, CITY + STUDENT),
    "text between records": changed(STUDENT, b"and" + STUDENT),
    "text after the last record": changed(b"</Submission>", b"and</Submission>"),
    "a record in a record": changed(CITY, b"<Assessment></Assessment>"),
    "a record outside": changed(STUDENT, b"<Assessment></Assessment>" + STUDENT),
    "a student in a student": changed(b"</Student>", b"<Student></Student></Student>"),
    "a second header": changed(STUDENT, b"<Header></Header>" + STUDENT),
    "CR alone ends a line": WHOLE.replace(b"\n", b"\r"),
    "a reference between records": changed(STUDENT, b"&#32;" + STUDENT),
    "a very long value": changed(b"Immokalee", b"x" * 1_100_000),
    "a comment after": WHOLE + b"<!-- made up -->",
}  # fmt: skip

BROKEN = {
    "a tag not closed": changed(CITY, b"<FromCity>Immokalee"),
    "closed by another name": changed(b"</FromCity>", b"</ToCity>"),
    "closed in other letters": changed(b"</FromCity>", b"</fromcity>"),
    "a record closed by another": changed(b"</QualifyingMove>", b"</Enrollment>"),
    "a student closed in other letters": changed(b"</Student>", b"</student>"),
    "the outermost element in other letters": changed(b"</Submission>", b"</submission>"),
    "cut off in the last tag": WHOLE[:-2],
    "cut off in the last name": WHOLE[:-9],
    "cut off before the last tag": WHOLE[:-16],
    "cut off in the first tag": WHOLE[:60],
    "something after the end": WHOLE + b"<Submission/>",
    "text after the end": WHOLE + b"end",
    "a bare sign": changed(CITY, b"<FromCity>A & B</FromCity>"),
    "an unknown reference": changed(CITY, b"<FromCity>&copy;</FromCity>"),
    "a reference to no character": changed(CITY, b"<FromCity>&#0;</FromCity>"),
    "a reference to half a character": changed(CITY, b"<FromCity>&#xD800;</FromCity>"),
    "a reference beyond all characters": changed(CITY, b"<FromCity>&#x110000;</FromCity>"),
    "the end of CDATA": changed(CITY, b"<FromCity>]]></FromCity>"),
    "a sign of a tag in a value": changed(CITY, b"<FromCity>a < b</FromCity>"),
    "a tag not ended in a value": changed(CITY, b"<FromCity>a><b</FromCity>"),
    "a control character": changed(CITY, b"<FromCity>\x01</FromCity>"),
    "no character at all": changed(CITY, "<FromCity>\uffff</FromCity>".encode()),
    "bytes that are no UTF-8": changed(CITY, b"<FromCity>\xff</FromCity>"),
    "more than ASCII, declared as ASCII": WHOLE.replace(b"UTF-8", b"us-ascii"),
    "a name that is none": WHOLE.replace(b"FromCity>", b"1FromCity>"),
    "a sign in a name": WHOLE.replace(b"FromCity>", b"From,City>"),
    "an empty tag that closes": changed(b"</FromCity>", b"</FromCity/>"),
}  # fmt: skip


@pytest.mark.parametrize("data", REGULAR.values(), ids=REGULAR)
def test_regular_files_go_the_quick_way(data: bytes) -> None:
    assert is_regular(data)


@pytest.mark.parametrize("data", CAREFUL.values(), ids=CAREFUL)
def test_what_is_well_formed_but_not_regular_goes_the_careful_way(data: bytes) -> None:
    assert not is_regular(data)
    assert not broken(data)


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_not_well_formed_is_never_regular(data: bytes) -> None:
    assert not is_regular(data)
    assert broken(data)


PIECES = [b"<", b">", b"/", b"&", b"&amp;", b"&#9;", b"]]>", b"\r", b"\n", b"\r\n", b" ", b"\0", b"x", b"<ToCity>", b"</ToCity>", b"<ToCity/>",
          b"</Student>", b"<Student>", b"<Header>", b"</Header>", b"<Assessment>", b"</Assessment>", b"<!---->", b"\xc2\xa0", b"\xef\xbf\xbe", b"\xff"]  # fmt: skip
PLACES = st.integers(0, len(WHOLE))
EDITS = st.lists(
    st.tuples(PLACES, st.integers(0, 30), st.sampled_from([b"", *PIECES])), min_size=1, max_size=3
)


@given(EDITS, st.sampled_from([300, 16_000_000]))
@settings(max_examples=300)
def test_whatever_is_changed_both_ways_agree(edits: list[tuple[int, int, bytes]], at_once: int) -> None:
    data = WHOLE
    for begin, length, new in edits:
        data = data[:begin] + new + data[begin + length :]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_quick, "AT_ONCE", at_once)
        is_regular(data)


LONG = b"x" * 40
OVERSIZED = {
    "a value": changed(CITY, b"<!-- --><FromCity>" + LONG + b"</FromCity>"),
    "a value of the header": changed(b"<SubmittingState>TX", b"<SubmittingState>" + LONG),
    "a tag": changed(b"<FromCity>", b"<FromCity " + b" ".join(b'a%d=""' % n for n in range(200)) + b">"),
    "a tag of the header": changed(b"<Header>", b"<Header " + b" ".join(b'a%d=""' % n for n in range(200)) + b">"),
    "a comment": changed(b"<Header>", b"<Header><!--" + LONG * 10 + b"-->"),
}  # fmt: skip


@pytest.mark.parametrize("data", OVERSIZED.values(), ids=OVERSIZED)
def test_one_value_or_tag_that_would_take_the_memory_is_refused_in_words(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_careful, "MOST_IN_CELL", 30)
    monkeypatch.setattr(xml_careful, "PIECE", 100)
    monkeypatch.setattr(xml_careful, "MOST_IN_TAG", 300)
    parsed = parse.read(data)
    assert parsed.problems["code"].to_list() == [nesting.TOO_LARGE.code]
    assert "more than" in parsed.problems["detail"][0]
