"""A record in plain words: kinds of enrollments, what States agree on, why a record belongs to the child."""

from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import gettext as _

from openmsix.identity.approving import AUTOMATIC
from openmsix.students.record import StayKind
from openmsix.students.values import LinkMade
from openmsix.web.children.words import state_name
from openmsix.web.language import day, phrases

COMPARED: Mapping[str, Callable[[], str]] = {
    "given_name": lambda: _("given name"),
    "middle_name": lambda: _("middle name"),
    "surnames": lambda: _("surnames"),
    "birth_date": lambda: _("birth date"),
    "sex": lambda: _("sex"),
    "birthplace": lambda: _("birthplace"),
    "mother": lambda: _("mother"),
    "father": lambda: _("father"),
}
"""The comparisons of the linkage model that speak about the child."""

_ALL_THE_SAME = frozenset(("same", "same_alone", "city"))
_SAYS_NOTHING = frozenset(("one_missing",))


def kind_in_words(kind: StayKind) -> str:
    """What an enrollment is."""
    return {
        StayKind.SCHOOL: _("school"),
        StayKind.PROJECT: _("migrant education project"),
        StayKind.RESIDENCY: _("residency only"),
    }[kind]


def topics(keys: Iterable[str]) -> str:
    """What States may agree on, in one line."""
    return ", ".join(phrases().topics[key] for key in keys)


def link_in_words(link: LinkMade) -> list[str]:
    """Why a record belongs to the child, by whom and when: a sentence each."""
    who = _("a person") if "@" in link.made_by else _("the exchange itself")
    said = [
        _reason_of_link(link),
        _("Decided by %(who)s on %(day)s.") % {"who": who, "day": day(link.made_at.date())},
    ]
    said += _likeness(link)
    if link.refused:
        said.append(_("The MSIX ID that the State sent was not followed, since something stood against it."))
    return said


def _reason_of_link(link: LinkMade) -> str:
    if link.reason == "matched" and link.beside:
        state, identifier = link.beside
        return _("Comparing it with the record of %(state)s, %(identifier)s, showed the same child.") % {
            "state": state_name(state),
            "identifier": identifier,
        }
    if link.reason in ("decided", "split") and link.made_by == AUTOMATIC.actor:
        return _("A person proposed it, and it was approved by the clock: nobody had answered.")
    return {
        "matched": _("Comparing it with the records of this child showed the same child."),
        "sent": _("The State sent this MSIX ID with it."),
        "new": _("It was the first record of this child: no known child was the same."),
        "adopted": _("The MSIX ID was taken over from the system before."),
        "decided": _("A person found it to be the same child."),
        "split": _(
            "A person found it to be another child's than the records it was among, and split it off."
        ),
        "undone": _("An earlier link was undone."),
    }.get(link.reason, link.reason)


def _likeness(link: LinkMade) -> list[str]:
    """What agreed, what was alike, and what differed when the records were compared."""
    groups: dict[str, list[str]] = {"same": [], "alike": [], "different": []}
    for name, in_words in COMPARED.items():
        level = link.levels.get(name)
        if level and level not in _SAYS_NOTHING:
            group = "same" if level in _ALL_THE_SAME else "different" if level == "different" else "alike"
            groups[group].append(in_words())
    words = {
        "same": _("Agreed: %(what)s."),
        "alike": _("Alike: %(what)s."),
        "different": _("Differed: %(what)s."),
    }
    return [words[group] % {"what": ", ".join(names)} for group, names in groups.items() if names]
