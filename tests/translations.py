"""The Spanish of the pages: `python -m tests.translations --write` or `--check`.

`--write` collects every text that the pages wrap for translation or say from a declaration (`declared`), adds new ones
to `django.po`, drops those that are gone, and compiles `django.mo`. What the prints say too has its Spanish from their
phrase book. `--check` fails if either file is stale, or if a text has no Spanish.
"""

import argparse
import ast
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

from openmsix.accounts.roles import API_CLIENT, ROLES, SYSTEM
from openmsix.audit.purposes import Purpose
from openmsix.deadlines.rules import Unit, rules
from openmsix.dictionary import VERSIONS, dictionary
from openmsix.dictionary.declare import Type
from openmsix.expunge import refusing as expunge_refusing
from openmsix.identity import refusing as identity_refusing
from openmsix.identity.words import Reason
from openmsix.interop.prints.phrases import ENGLISH, SPANISH
from openmsix.ops.health.facts import FAULTS
from openmsix.ops.health.judging import RULES
from openmsix.worklist import refusing as worklist_refusing

WEB = Path(__file__).resolve().parent.parent / "src" / "openmsix" / "web"
MAILS = WEB.parent / "notices" / "mailing.py"
PO = WEB / "locale" / "es" / "LC_MESSAGES" / "django.po"
FUNCTIONS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
METADATA = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "es",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
Text = tuple[str, str]  # singular, plural ("" if there is none)


def of_python(source: str) -> Iterator[Text]:
    """Texts wrapped in a Python file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in FUNCTIONS:
            texts = [
                each.value
                for each in node.args
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
            if texts:
                yield texts[0], texts[1] if _name(node.func).startswith("n") and len(texts) > 1 else ""


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def of_template(source: str) -> Iterator[Text]:
    """Texts wrapped in a template, by way of the Python that Django makes of it for its own tools."""
    for line in _statements(templatize(source)):
        yield from of_python(line)


def _statements(python: str) -> Iterator[str]:
    """The translation calls in what Django makes of a template; everything else there is noise."""
    for match in re.finditer(r"(?:\b_|\bn?gettext)\(", python):
        depth, quote, place = 0, "", match.end() - 1
        while place < len(python):
            here = python[place]
            if quote:
                if here == "\\":
                    place += 1
                elif here == quote:
                    quote = ""
            elif here in "'\"":
                quote = here
            else:
                depth += (here == "(") - (here == ")")
                if depth == 0:
                    break
            place += 1
        statement = python[match.start() : place + 1].replace("\n", " ")
        try:
            ast.parse(statement)
        except SyntaxError:
            continue
        yield statement


def collected() -> dict[Text, list[str]]:
    """Every text, with the files that say it."""
    found: dict[Text, list[str]] = {}
    for path in [*sorted([*WEB.rglob("*.py"), *WEB.rglob("*.html")]), MAILS]:
        read = of_template if path.suffix == ".html" else of_python
        for text in read(path.read_text(encoding="utf-8")):
            places = found.setdefault(text, [])
            name = path.relative_to(WEB if path.is_relative_to(WEB) else WEB.parent).as_posix()
            if name not in places:
                places.append(name)
    for said, room in declared():
        places = found.setdefault((said, ""), [])
        if room not in places:
            places.append(room)
    return found


def declared() -> Iterator[tuple[str, str]]:
    """Texts that pages show from declarations of other rooms, each with the room."""
    for role in (*ROLES.values(), SYSTEM, API_CLIENT):
        yield role.name, "accounts/roles.py"
        yield role.description, "accounts/roles.py"
    for purpose in Purpose:
        yield purpose.words, "audit/purposes.py"
    for rule in rules():
        yield rule.event, "deadlines/rules.csv"
    for unit in Unit:
        yield unit.value, "deadlines/rules.py"
    for kind in Type:
        yield kind.value, "dictionary/declare.py"
    for version in VERSIONS:
        if not version.isdigit():
            yield version, "dictionary/versions.py"
            yield dictionary(version).status, "dictionary/versions.py"
    for reason in Reason:
        yield reason.label, "identity/words.py"
    for why in expunge_refusing.Why:
        yield why.value, "expunge/refusing.py"
    for refusal in identity_refusing.Why:
        yield refusal.value, "identity/refusing.py"
    for not_passed in worklist_refusing.Why:
        yield not_passed.value, "worklist/refusing.py"
    for trouble in RULES:
        yield trouble.words, "ops/health/judging.py"
        yield trouble.mend, "ops/health/judging.py"
    for fault in FAULTS:
        yield fault, "ops/health/facts.py"


def of_prints() -> dict[str, str]:
    """What the prints say in both languages: pages that say the same take the Spanish from there."""
    both = [(getattr(ENGLISH, each.name), getattr(SPANISH, each.name)) for each in fields(ENGLISH)]
    said = {english: spanish for english, spanish in both if isinstance(english, str) and "{" not in english}
    return said | {text: SPANISH.needs_labels[key] for key, text in ENGLISH.needs_labels.items()}


def catalog() -> polib.POFile:
    """The catalog as it should be: all texts of now, with the Spanish there is."""
    prints = of_prints()
    known = (
        {(entry.msgid, entry.msgid_plural): entry for entry in polib.pofile(str(PO))} if PO.exists() else {}
    )
    made = polib.POFile(wrapwidth=110)
    made.metadata = METADATA
    for (text, plural), places in sorted(collected().items()):
        entry = polib.POEntry(msgid=text, msgid_plural=plural, occurrences=[(place, "") for place in places])
        if "%(" in text:
            entry.flags = ["python-format"]
        before = known.get((text, plural))
        if plural:
            entry.msgstr_plural = before.msgstr_plural if before else {0: "", 1: ""}
        else:
            entry.msgstr = prints.get(text) or (before.msgstr if before else "")
        made.append(entry)
    return made


def missing(made: polib.POFile) -> list[str]:
    """Texts without Spanish."""
    return [entry.msgid for entry in made.untranslated_entries()]


def stale(made: polib.POFile) -> bool:
    """Whether the files are not those that `--write` would make."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / PO.name
        _save(made, fresh)
        return any(
            (PO.parent / path.name).read_bytes() != path.read_bytes()
            for path in (fresh, fresh.with_suffix(".mo"))
        )


def _save(made: polib.POFile, path: Path) -> None:
    made.save(str(path))
    made.save_as_mofile(str(path.with_suffix(".mo")))


def main(words: Sequence[str] | None = None) -> int:
    """Write or check; 0 if all is well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    wish = parser.parse_args(words)
    if not settings.configured:
        settings.configure()
    made = catalog()
    if wish.write:
        PO.parent.mkdir(parents=True, exist_ok=True)
        _save(made, PO)
    faults = [f"No Spanish for: {text}" for text in missing(made)]
    if stale(made):
        faults.append("The catalog is stale; run: python -m tests.translations --write")
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
