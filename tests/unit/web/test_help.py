"""Every page's help leads somewhere."""

import re
from pathlib import Path

from openmsix.web import vendor
from openmsix.web.help.topics import TOPICS

TEMPLATES = Path(vendor.__file__).parent / "templates"


def test_the_help_named_by_a_page_exists() -> None:
    named = {
        (str(path.relative_to(TEMPLATES)), topic)
        for path in TEMPLATES.rglob("*.html")
        for topic in re.findall(r"{% block help %}([^{]*){% endblock", path.read_text())
        if topic.strip()
    }
    assert named
    assert {(page, topic) for page, topic in named if topic.strip() not in TOPICS} == set()


def test_every_topic_has_its_page() -> None:
    assert {path.stem for path in (TEMPLATES / "help" / "pages").glob("*.html")} == set(TOPICS)
