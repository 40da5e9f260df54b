"""What elements and records are called in an XML file. Pure."""

from openmsix.dictionary.declare import Element, RecordType

ROOT = "Submission"

_NAMESPACE = "urn:openmsix:submission:"


def namespace(version: str) -> str:
    """The namespace of a dictionary version."""
    return f"{_NAMESPACE}{version}"


def version_in(named: str) -> str:
    """The dictionary version that a namespace names; empty if it is none of ours."""
    return named.removeprefix(_NAMESPACE) if named.startswith(_NAMESPACE) else ""


def record_tag(record: RecordType) -> str:
    """The name of one record: `QualifyingMove`."""
    return record.name.replace(" ", "")


def element_tag(element: Element) -> str:
    """The name of a value: `first_name` is `FirstName`."""
    return "".join(word.capitalize() for word in element.key.split("_"))
