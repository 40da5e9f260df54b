"""What a results page says beside the children: what was not understood, what was looked for, who could be mistaken."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _

from openmsix.students.question import NotUnderstood, Question, Trouble
from openmsix.students.search import Hit, IdTrouble, Results
from openmsix.students.search_family import Relative
from openmsix.students.words import folded_id, is_common_school
from openmsix.web.children.words import day, state_name
from openmsix.web.templatetags.openmsix import in_fours

_DATES: Mapping[Trouble, Callable[[], str]] = {
    Trouble.NO_SUCH_DAY: lambda: _(
        "%(typed)s is not a day of the calendar, so it was not used as a birth date."
    ),
    Trouble.FUTURE: lambda: _("%(typed)s is in the future, so it was not used as a birth date."),
    Trouble.TOO_OLD: lambda: _(
        "%(typed)s is too long ago to be the birth date of a child, so it was not used."
    ),
    Trouble.TWO_DATES: lambda: _(
        "The birth dates that you typed contradict each other. Children who fit either were looked for."
    ),
}
_IDS: Mapping[IdTrouble, Callable[[], str]] = {
    IdTrouble.DIGIT: lambda: _(
        "No record that your role may see has the MSIX ID %(id)s. Its last digit does not fit the others, so one digit may be wrong: compare it with the paper."
    ),
    IdTrouble.UNKNOWN: lambda: _(
        "No record that your role may see has the MSIX ID %(id)s. Compare it with the paper, or search by name and birth date."
    ),
    IdTrouble.LENGTH: lambda: _("An MSIX ID has 12 digits; %(id)s has another number of them."),
    IdTrouble.CLOSED: lambda: _(
        "The MSIX ID %(id)s belongs to a child of whom no State has a record any more. The child comes back with the same ID when a State sends it again."
    ),
}


def of_dates(found: Results) -> list[str]:
    """What was not understood of the birth dates, how to write one, and what was looked for instead."""
    said = [_trouble(trouble) for trouble in found.troubles]
    if not said:
        return []
    said.append(
        _(
            "Write a birth date with the month first, 3/12/2014, or in words, 12 Mar 2014; a year alone will do."
        )
    )
    if any(trouble.typed for trouble in found.troubles):
        instead = ", ".join(looked_for(found.question))
        said.append(
            _("Looked for instead: %(what)s.") % {"what": instead}
            if instead
            else _("Nothing else was typed that could be looked for.")
        )
    return said


def of_filters(found: Results) -> list[str]:
    """That a school was asked for by words that tell none from the others."""
    if not is_common_school(found.filters.school):
        return []
    return [
        _(
            "“%(typed)s” stands in the names of very many schools, so only schools with no other name were looked for. Add another word of the school's name."
        )
        % {"typed": found.filters.school}
    ]


def _trouble(trouble: NotUnderstood) -> str:
    return _DATES[trouble.trouble]() % {"typed": trouble.typed}


def of_ids(found: Results) -> list[str]:
    """What to do about identifiers that lead to nobody."""
    return [of_id(typed, trouble) for typed, trouble in found.lost_ids]


def of_id(typed: str, trouble: IdTrouble) -> str:
    """What to do about one identifier that leads to nobody."""
    return _IDS[trouble]() % {"id": in_fours(typed)}


def looked_for(question: Question) -> list[str]:
    """What was understood of what was typed, part by part."""
    return list(_looked_for(question))


def _looked_for(question: Question) -> Iterator[str]:
    not_dates = {folded_id(trouble.typed) for trouble in question.troubles}
    if question.names:
        yield _("names %(names)s") % {"names": " ".join(name.title() for name in question.names)}
    days = [day(each) for each in question.born]
    days += [formats.date_format(date(year, month, 1), "M Y") for year, month in question.months]
    days += map(str, question.years)
    if days:
        yield _("born %(days)s") % {"days": _(" or ").join(days)}
    for msix_id in question.msix_ids:
        yield _("MSIX ID %(id)s") % {"id": in_fours(msix_id)}
    for state_code, identifier in question.state_ids:
        if state_code:
            yield _("identifier %(id)s in %(state)s") % {"id": identifier, "state": state_name(state_code)}
        elif identifier in not_dates:
            continue
        elif not any(identifier.endswith(known) for of, known in question.state_ids if of):
            yield _("identifier %(id)s") % {"id": identifier}


def relatives(hit: Hit) -> list[tuple[Relative, list[str]]]:
    """The relatives of a child, each with what tells it from the child."""
    return [(other, list(_differences(hit, other))) for other in hit.relatives]


def _differences(hit: Hit, other: Relative) -> Iterator[str]:
    """Beside the given name: another birth date or sex, the MSIX ID, another school."""
    child, twin = hit.child, other.child
    if not other.is_twin:
        if twin.birth_date:
            yield _("born %(days)s") % {"days": day(twin.birth_date)}
        if not other.is_asked:
            return
    if twin.sex and twin.sex != child.sex:
        yield twin.sex
    yield _("MSIX ID %(id)s") % {"id": in_fours(twin.pk)}
    if twin.current_school and twin.current_school != child.current_school:
        yield twin.current_school
    elif twin.current_school:
        yield _("same school")
