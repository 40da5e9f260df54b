"""From the text of a cell to a value of the element's type. Pure.

Each expression gives null for text that is no such value. Only text that has the written form is read at all: the parsers behind take more
than the layout allows (signs, spaces, short years).
"""

from collections.abc import Callable

import polars as pl

from openmsix.dictionary.declare import Element, Type

YEARS = (1900, 2100)
"""Years that a date may have; what lies outside is a slip of the pen."""

INTEGER_DIGITS = 9  # what a 32-bit number always holds


def _in_years(found: pl.Expr) -> pl.Expr:
    return pl.when(found.dt.year().is_between(*YEARS)).then(found)


def _date(text: pl.Expr, element: Element) -> pl.Expr:
    # A number within the years has no sign and no zeros before it, so that of 8 signs all are digits.
    first, last = (int(f"{year}{day}") for year, day in zip(YEARS, ("0101", "1231"), strict=True))
    in_years = text.cast(pl.Int32, strict=False).is_between(first, last)
    written = pl.when(in_years & (text.str.len_bytes() == 8)).then(text)
    return written.str.to_date("%Y%m%d", strict=False, cache=False)


def _month(text: pl.Expr, element: Element) -> pl.Expr:
    written = pl.when(text.str.contains(r"^[0-9]{6}$")).then(text)
    first_day = written.str.slice(2, 4) + written.str.slice(0, 2) + "01"
    return _in_years(first_day.str.to_date("%Y%m%d", strict=False))


def _moment(text: pl.Expr, element: Element) -> pl.Expr:
    written = pl.when(text.str.contains(r"^[0-9]{17}$")).then(text)
    spaced = written.str.slice(0, 14) + "." + written.str.slice(14, 3)
    moment = spaced.str.to_datetime("%Y%m%d%H%M%S%.3f", strict=False, time_unit="us")
    return _in_years(moment.dt.replace_time_zone("UTC"))


def _integer(text: pl.Expr, element: Element) -> pl.Expr:
    digits = min(element.length, INTEGER_DIGITS)
    return pl.when(text.str.contains(rf"^[0-9]{{1,{digits}}}$")).then(text).cast(pl.Int32, strict=False)


def _year(text: pl.Expr, element: Element) -> pl.Expr:
    year = pl.when(text.str.contains(r"^[0-9]{4}$")).then(text).cast(pl.Int32, strict=False)
    return pl.when(year.is_between(*YEARS)).then(year)


def _decimal(text: pl.Expr, element: Element) -> pl.Expr:
    whole = element.length - element.scale
    form = rf"^([0-9]{{1,{whole}}}(\.[0-9]{{1,{element.scale}}})?|\.[0-9]{{1,{element.scale}}})$"
    return pl.when(text.str.contains(form)).then(text).cast(pl.Decimal(18, element.scale), strict=False)


_BY_TYPE: dict[Type, Callable[[pl.Expr, Element], pl.Expr]] = {
    Type.DATE: _date,
    Type.MONTH: _month,
    Type.MOMENT: _moment,
    Type.INTEGER: _integer,
    Type.YEAR: _year,
    Type.DECIMAL: _decimal,
}


def converted(element: Element) -> pl.Expr:
    """The element's column of text as values of its type, under the same name; null where it is not such a value."""
    text = pl.col(element.key)
    convert = _BY_TYPE.get(element.type)
    return (convert(text, element) if convert else text).alias(element.key)


def has_form(element: Element) -> bool:
    """Whether the type asks for a written form, so that text may fail to be a value."""
    return element.type in _BY_TYPE
