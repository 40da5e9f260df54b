"""The words in which checks are declared. A check is one function that says of itself what must hold, why, and how to mend it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from openmsix.dictionary.declare import Dictionary, Element, Mark
from openmsix.intake.words import Severity

from .sources import OURS

if TYPE_CHECKING:
    from .sheets import Sheets


@dataclass(frozen=True)
class Fault:
    """Rows of one record type at which a check finds fault.

    `where`: true for the rows at fault, over the sheet of the record type (`Sheets.view`), or over `rows`, which has its height and
    order. `element`: the element at fault; what was sent of it is shown. `detail`: what else the message needs, by name.
    """

    record: str
    where: pl.Expr
    element: str = ""
    detail: Mapping[str, pl.Expr] = field(default_factory=dict)
    rows: pl.DataFrame | None = None


Finder = Callable[["Sheets"], Iterable[Fault]]
ValueRule = Callable[[Element, Dictionary], pl.Expr | None]


@dataclass(frozen=True)
class Check:
    """One rule.

    `name`: the fault, as one word. `sentence`: what must hold. `wrong`: what is wrong in one case, and `mend`: what to do about it; both
    may name {element}, {value} and what the finding has in its detail. `source` and `mark`: where the rule comes from, and how certain
    that is. `needs`: the part of the context without which it cannot be judged.

    A check is found in one of four ways: by `find` over the sheets, by `value` for each element of the dictionary to which it
    applies, or, with neither, by the reader of the files or by the linking.
    """

    code: str
    name: str
    severity: Severity
    sentence: str
    wrong: str
    mend: str
    source: str
    mark: Mark
    needs: str = ""
    find: Finder | None = None
    value: ValueRule | None = None

    @property
    def mend_in_general(self) -> str:
        """What to do about it, where no one case is meant."""
        return (
            self.mend.replace("{allowed}", "the values listed for the element")
            .replace("as {form}", "as the element is written")
            .replace("{expected}", "the namespace of the version")
        )


def rule(
    code: str,
    severity: Severity,
    *,
    sentence: str,
    wrong: str,
    mend: str,
    source: str = OURS,
    mark: Mark = Mark.OURS,
    needs: str = "",
) -> Callable[[Finder], Check]:
    """Declare a check whose function looks at the sheets. Its name is the function's."""

    def declare(find: Finder) -> Check:
        return Check(code, find.__name__, severity, sentence, wrong, mend, source, mark, needs, find=find)

    return declare


def value_rule(
    code: str,
    severity: Severity,
    *,
    sentence: str,
    wrong: str,
    mend: str,
    source: str = OURS,
    mark: Mark = Mark.OURS,
) -> Callable[[ValueRule], Check]:
    """Declare a check that is made for each element of the dictionary.

    Its function says over the column of text which values are at fault, or None if the rule does not apply to the element.
    """

    def declare(value: ValueRule) -> Check:
        return Check(code, value.__name__, severity, sentence, wrong, mend, source, mark, value=value)

    return declare


def found_by_reader(
    code: str, name: str, severity: Severity, *, sentence: str, wrong: str, mend: str
) -> Check:
    """Declare a check that the reader of the files makes."""
    return Check(code, name, severity, sentence, wrong, mend, OURS, Mark.OURS)


def found_by_linking(
    code: str, name: str, severity: Severity, *, sentence: str, wrong: str, mend: str, source: str, mark: Mark
) -> Check:
    """Declare a check that is made once the students are linked to their children."""
    return Check(code, name, severity, sentence, wrong, mend, source, mark, needs="known_msix_ids")
