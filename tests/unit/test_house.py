"""The order of the house: who may point at whom, and that nothing written down names a machine or goes stale."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest
from django.apps import apps
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]


def _rooms() -> list[str]:
    """The rooms from the first to the last, as the import contract orders them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one for one in contracts if one["type"] == "layers")["layers"]
    return list(chain.from_iterable(reversed([re.split(r" [|:] ", layer) for layer in layers])))


def test_every_room_has_its_place_in_the_order() -> None:
    rooms = {
        path.stem
        for path in (ROOT / "src/openmsix").iterdir()
        if (path.is_dir() or path.suffix == ".py") and not path.name.startswith("__")
    }
    assert rooms - {"config"} == set(_rooms())


def test_foreign_keys_obey_the_order_of_the_rooms() -> None:
    order = _rooms()
    wrong = []
    for model in apps.get_models():
        room = model.__module__.split(".")[1]
        if not model.__module__.startswith("openmsix."):
            continue
        for field in model._meta.get_fields():
            target = field.related_model if getattr(field, "concrete", False) and field.is_relation else None
            if target is None or isinstance(target, str) or not target.__module__.startswith("openmsix."):
                continue
            if order.index(target.__module__.split(".")[1]) > order.index(room):
                wrong.append(f"{model.__name__}.{field.name} points forward to {target.__name__}")
    assert not wrong


def test_rooms_hold_no_http() -> None:
    """Only the doors know requests, addresses and views (accounts' own models come from Django's sign-in and hold none either)."""
    http = re.compile(r"^(?:from|import) django\.(?:http|views|shortcuts|urls|template)\b", re.MULTILINE)
    rooms = set(_rooms()) - {"web", "api", "ops"}
    files = [path for room in rooms for path in (ROOT / "src/openmsix" / room).rglob("*.py")]
    assert not [str(path) for path in files if http.search(path.read_text())]


def _run_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only a type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        yield from _run_nodes(node)


def test_whatever_is_imported_is_a_declared_dependency() -> None:
    """Else it is there only by way of another package, or of the tests', and the demo fails on a new machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[\[<>=]", name)[0].replace("_", "-").lower() for name in project["dependencies"]}
    provided_by = packages_distributions()
    missing = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in _run_nodes(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            for name in {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"openmsix"}:
                makers = {maker.replace("_", "-").lower() for maker in provided_by.get(name, [])}
                if not makers & declared:
                    missing.add(f"{path.relative_to(ROOT)} imports {name}")
    assert not missing


# Packages that only tests need are hidden, as on a machine where `make demo` is the first command.
LOAD_ALL = """
import importlib, os, pkgutil, sys
from importlib.metadata import packages_distributions

locked = set(sys.argv[1].split())
plain = lambda name: name.replace("_", "-").lower()
hidden = {name for name, makers in packages_distributions().items() if not {plain(maker) for maker in makers} & locked}

class Hides:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hides())
assert "pytest" in hidden and "django" not in hidden
import openmsix, django
django.setup()
for module in pkgutil.walk_packages(openmsix.__path__, "openmsix."):
    importlib.import_module(module.name)
"""


def test_all_of_it_loads_where_only_the_locked_packages_are_installed(tmp_path: Path) -> None:
    """Else a package that another one forgot to ask for is there by way of the tests', and the demo fails on a new machine."""
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "openmsix.config.settings",
        "DATABASE_URL": "postgresql://nobody@localhost/never-opened",
        "OPENMSIX_HOME": str(tmp_path),
    }
    loading = subprocess.run(
        [sys.executable, "-c", LOAD_ALL, " ".join([*locked, "openmsix"])],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert loading.returncode == 0, loading.stderr


def test_the_conductor_stays_short() -> None:
    text = (ROOT / "src/openmsix/flow.py").read_text()
    assert len(text.splitlines()) < 160
    assert ".objects" not in text


def test_every_setting_is_documented() -> None:
    used = set()
    for path in (ROOT / "src").rglob("*.py"):
        used |= set(re.findall(r"\b(OPENMSIX_[A-Z_]+|DATABASE_URL)\b", path.read_text()))
    written = set(re.findall(r"`(OPENMSIX_[A-Z_]+|DATABASE_URL)`", (ROOT / "docs/operating.md").read_text()))
    internal = {"OPENMSIX_DEMO", "OPENMSIX_TEST_DB"}
    assert used - internal == written


def test_every_command_explains_itself_and_is_documented() -> None:
    from openmsix.ops.cli import app

    names = {str(one.name) for one in app.registered_commands} | {
        str(one.name) for one in app.registered_groups
    }
    assert {"demo", "serve", "submit", "validate", "synth", "places", "ids", "worker", "status"} <= names
    documented = (ROOT / "docs/operating.md").read_text()
    for name in names - {"manage"}:
        assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0
        assert f"openmsix {name}" in documented or f"make {name}" in documented


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_file_names_this_machine() -> None:
    home, here = re.escape(str(Path.home())), re.escape(str(ROOT))
    pattern = re.compile(rf"({home}/\.|{here}/)")
    assert not [
        str(path)
        for path in _tracked()
        if path.suffix in {".py", ".md", ".toml", ".lock", ".html"} and pattern.search(path.read_text())
    ]


def test_shell_scripts_can_be_run() -> None:
    scripts = [
        path for path in _tracked() if path.name in {"run", "check", "system-packages", "debian-postgresql"}
    ]
    assert scripts
    assert all(os.access(path, os.X_OK) for path in scripts)
