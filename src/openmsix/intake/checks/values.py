"""Checks of single values, made for every element from its declaration in the dictionary. Of one value the first that finds fault speaks."""

import polars as pl

from openmsix.dictionary.declare import Dictionary, Element, Mark, Type
from openmsix.intake.convert import YEARS, converted, has_form
from openmsix.intake.words import Severity

from . import sources
from .declare import value_rule

DROPPED, WARNING = Severity.VALUE_DROPPED, Severity.WARNING
_DATES = (Type.DATE, Type.MONTH, Type.MOMENT)
_CODES = (Type.CODE, Type.FLAG)
COMPUTED = r"^[=@]|^#(?:NAME\?|REF!|VALUE!|DIV/0!|N/A|NULL!|NUM!)"
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


@value_rule(
    "E201",
    DROPPED,
    sentence="Text holds no control characters, such as NUL.",
    wrong="{element} holds a control character.",
    mend="Remove it; often a damaged export put it there.",
)
def control_character(element: Element, dictionary: Dictionary) -> pl.Expr | None:
    """Characters that no text should have."""
    return pl.col(element.key).str.contains(CONTROL)


@value_rule(
    "E202",
    DROPPED,
    sentence="No value is longer than its element allows.",
    wrong="{element} is longer than {most} characters.",
    mend="Shorten it, or look whether columns are shifted.",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def too_long(element: Element, dictionary: Dictionary) -> pl.Expr | None:
    """Text beyond the length of the element. Of dates, numbers and known codes the checks of their form say more."""
    known_codes = element.code_set is not None and not dictionary.code_set(element.code_set).open
    told_by_form = has_form(element) or (element.type in _CODES and known_codes)
    return None if told_by_form else pl.col(element.key).str.len_chars() > element.width


@value_rule(
    "E203",
    DROPPED,
    sentence=f"A date is a day of the calendar between {YEARS[0]} and {YEARS[1]}, in the written form of its element.",
    wrong="{value} is no such date; {element} is written {form}.",
    mend="Write the date in that form.",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def not_a_date(element: Element, dictionary: Dictionary) -> pl.Expr | None:
    """Text that is no date."""
    return _no_value(element) if element.type in _DATES else None


@value_rule(
    "E204",
    DROPPED,
    sentence="A number is written in digits, and with a point if it may have decimals.",
    wrong="{value} is no such number; {element} is written {form}.",
    mend="Write the number without signs, blanks or units.",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def not_a_number(element: Element, dictionary: Dictionary) -> pl.Expr | None:
    """Text that is no number."""
    return _no_value(element) if has_form(element) and element.type not in _DATES else None


@value_rule(
    "E205",
    DROPPED,
    sentence="A value with a set form has it: digits of an id, an e-mail address, a telephone number.",
    wrong="{value} has not the form of {element}: {form}.",
    mend="Write it in that form, or leave it empty.",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def malformed(element: Element, dictionary: Dictionary) -> pl.Expr | None:
    """Text that does not match the pattern of its element."""
    pattern = element.pattern or ("[0-9]+" if element.type in (Type.DIGITS, Type.PHONE) else None)
    return None if pattern is None else ~pl.col(element.key).str.contains(f"^(?:{pattern})$")


@value_rule(
    "E206",
    DROPPED,
    sentence="A code is one of its set, written as the set writes it.",
    wrong="{value} is no code of {element}.",
    mend="Send one of: {allowed}.",
    source=sources.INVALID_VALUES,
    mark=Mark.THIRD_PARTY,
)
def code_unknown(element: Element, dictionary: Dictionary) -> pl.Expr | None:
    """A value outside a set whose full list is known."""
    return _outside(element, dictionary, is_open=False)


@value_rule(
    "E207",
    WARNING,
    sentence="A code is one that was seen in use; the full lists of some sets are not public, so others pass.",
    wrong="{value} is not among the known codes of {element}.",
    mend="If it is a slip, send one of: {allowed}.",
    source=sources.CODE_LISTS,
    mark=Mark.INFERRED,
)
def code_unlisted(element: Element, dictionary: Dictionary) -> pl.Expr | None:
    """A value outside a set whose full list was never seen."""
    return _outside(element, dictionary, is_open=True)


@value_rule(
    "E208",
    WARNING,
    sentence="Text is what is known of the child, not a formula of a spreadsheet or the mark of one that failed.",
    wrong="{element} is {value}: a formula, or the mark of one that failed.",
    mend="Send the text itself; let the export write values, not formulas.",
)
def formula(element: Element, dictionary: Dictionary) -> pl.Expr | None:
    """Text that a spreadsheet computes, or that it writes when it cannot."""
    return pl.col(element.key).str.contains(COMPUTED) if element.type is Type.TEXT else None


def _no_value(element: Element) -> pl.Expr:
    return pl.col(element.key).is_not_null() & converted(element).is_null()


def _outside(element: Element, dictionary: Dictionary, *, is_open: bool) -> pl.Expr | None:
    if element.type not in _CODES or element.code_set is None:
        return None
    codes = dictionary.code_set(element.code_set)
    return ~pl.col(element.key).is_in(list(codes.values)) if codes.open is is_open else None


VALUES = (
    control_character,
    too_long,
    not_a_date,
    not_a_number,
    malformed,
    code_unknown,
    code_unlisted,
    formula,
)
NO_VALUE = (not_a_date, not_a_number)
"""Those that find text which could not be converted."""
