"""What the tests of actions and pages may use besides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from openmsix.identity.models import Link
from openmsix.students.actions import rebuild
from tests import parts
from tests.command_line import Terminal
from tests.integration.drawn import BEN, LUPE, PERHAPS_LUPE, Student, take_in


@pytest.fixture
def kept_folder(tmp_path: Path) -> Iterator[Path]:
    """The folder in which the submissions and the journal of one test are kept."""
    with parts.kept_in(tmp_path / "kept") as folder:
        yield folder


@pytest.fixture
def near_matches(kept_folder: Path) -> None:
    """Lupe and Ben in Texas, and two children in California who may be they."""
    take_in("TX", Student("T1", says=LUPE), Student("T2", says=BEN))
    take_in("CA", Student("C1", says=PERHAPS_LUPE), Student("C2", says={**BEN, "middle_name": "Mateo"}))
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))


@pytest.fixture
def openmsix(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """The commands, as they are typed in a terminal."""
    return Terminal(monkeypatch, capsys)
