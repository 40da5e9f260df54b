"""The browser's parts are in the house, unchanged, and small enough."""

import gzip
import hashlib
import re
import tomllib

import pytest

from openmsix.web import vendor, vendored

FIRST_LOAD_LIMIT = 300_000  # bytes, compressed
FIRST_LOAD = (
    "uswds/css/uswds.min.css",
    "uswds/js/uswds.min.js",
    "uswds/js/uswds-init.min.js",
    "uswds/img/sprite.svg",
    "uswds/fonts/source-sans-pro/sourcesanspro-regular-webfont.woff2",
    "uswds/fonts/source-sans-pro/sourcesanspro-bold-webfont.woff2",
    "uswds/fonts/source-sans-pro/sourcesanspro-italic-webfont.woff2",
    "htmx/htmx.min.js",
    "htmx/hx-csp.min.js",
)


def test_every_file_is_the_one_in_the_manifest() -> None:
    for name, digest in vendored.manifest()["files"].items():
        assert hashlib.sha256((vendor.FOLDER / name).read_bytes()).hexdigest() == digest, name


def test_no_file_is_there_that_the_manifest_does_not_name() -> None:
    there = {str(path.relative_to(vendor.FOLDER)) for path in vendor.FOLDER.rglob("*") if path.is_file()}
    named = set(vendored.manifest()["files"])
    assert there - named - {f"{name}.gz" for name in named} == {"manifest.json"}


def test_compressed_copies_hold_the_same() -> None:
    copies = list(vendor.FOLDER.rglob("*.gz"))
    assert copies
    for copy in copies:
        assert gzip.decompress(copy.read_bytes()) == copy.with_suffix("").read_bytes()


def test_the_manifest_names_the_packages_of_the_list() -> None:
    listed = {
        p["folder"]: (p["version"], p["integrity"]) for p in tomllib.loads(vendor.LIST.read_text())["package"]
    }
    kept = {key: (p["version"], p["integrity"]) for key, p in vendored.manifest()["packages"].items()}
    assert kept == listed


def test_everything_that_the_style_sheet_points_to_is_shipped_or_never_used() -> None:
    sheet = vendor.FOLDER / vendored.path("uswds", "css/uswds.min.css").removeprefix("vendor/")
    pointed = set(re.findall(r"url\(([^)]+)\)", sheet.read_text()))
    absent = {each for each in pointed if not (sheet.parent / each).resolve().exists()}
    never_used = {"../img/hero.jpg", "../img/file-pdf.svg", "../img/file-video.svg", "../img/file-word.svg"}
    assert absent <= never_used


def test_a_first_load_is_small() -> None:
    own = vendor.HERE / "static"
    size = sum(len(gzip.compress((own / name).read_bytes())) for name in ("openmsix.css", "openmsix.js"))
    for each in FIRST_LOAD:
        package, file = each.split("/", 1)
        path = vendor.HERE / "static" / vendored.path(package, file)
        copy = path.with_name(path.name + ".gz")
        size += (copy if copy.exists() else path).stat().st_size
    html = 20_000
    assert size + html < FIRST_LOAD_LIMIT


def test_an_unknown_file_is_refused() -> None:
    with pytest.raises(KeyError):
        vendored.path("htmx", "nothing.js")


def test_the_sprite_keeps_named_symbols_and_refuses_unknown_ones() -> None:
    sprite = '<svg><symbol id="a"><path/></symbol><symbol id="b"/></svg>'
    assert 'id="b"' not in vendor.with_symbols(sprite, ("a",))
    with pytest.raises(SystemExit, match="none"):
        vendor.with_symbols(sprite, ("none",))
