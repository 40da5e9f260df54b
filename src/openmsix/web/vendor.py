"""Bring the browser's parts into the house: `python -m openmsix.web.vendor` (or `make vendor`).

`vendor.toml` names npm packages with version, integrity hash and the files that the pages use. Those files
are taken with their licenses and compressed beside; `manifest.json` lists each with its sha256. The result is
committed: whoever installs or runs the site needs neither Node nor a network. Running the script again
changes nothing; a test compares files and manifest.
"""

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LIST = HERE / "vendor.toml"
FOLDER = HERE / "static" / "vendor"
MANIFEST = FOLDER / "manifest.json"
COMPRESSED = {".css", ".js", ".svg"}
WORTH_COMPRESSING = 1000  # bytes; below it a compressed copy saves nothing


@dataclass(frozen=True)
class Package:
    """One npm package; `files` maps a path in it to the path here.

    `keep_fonts` and `keep_symbols` (if any) are the font families and sprite symbols that the pages use.
    """

    name: str
    folder: str
    version: str
    integrity: str
    files: Mapping[str, str]
    keep_fonts: tuple[str, ...] = ()
    keep_symbols: tuple[str, ...] = ()

    @property
    def home(self) -> str:
        """The package's folder under `vendor`; the version in it lets browsers keep the files for good."""
        return f"{self.folder}-{self.version}"

    def changed(self, path: str, content: bytes) -> bytes:
        """The content as it is shipped: without source map pointers, absent fonts and unused icons."""
        if path.endswith(".js"):
            return without_source_map(content.decode()).encode()
        if path.endswith(".css"):
            return without_other_fonts(without_source_map(content.decode()), self.keep_fonts).encode()
        if path.endswith("sprite.svg"):
            return with_symbols(content.decode(), self.keep_symbols).encode()
        return content


def packages() -> list[Package]:
    """The packages named in `vendor.toml`."""
    listed: list[dict[str, Any]] = tomllib.loads(LIST.read_text())["package"]
    return [
        Package(
            name=one["name"],
            folder=one["folder"],
            version=one["version"],
            integrity=one["integrity"],
            files=one["files"],
            keep_fonts=tuple(one.get("keep_fonts", ())),
            keep_symbols=tuple(one.get("keep_symbols", ())),
        )
        for one in listed
    ]


def without_source_map(text: str) -> str:
    """Drop the pointer to a source map, which is not shipped."""
    return re.sub(r"\n?(//|/\*)# sourceMappingURL=.*", "", text)


def without_other_fonts(css: str, kept: tuple[str, ...]) -> str:
    """Drop the @font-face rules of font families that are not shipped."""
    return re.sub(rf"@font-face\{{[^}}]*?fonts/(?!{'|'.join(kept)})[^}}]*\}}", "", css)


def with_symbols(sprite: str, kept: tuple[str, ...]) -> str:
    """The sprite with the named symbols only.

    Raises:
        SystemExit: the sprite has no symbol of a given name.
    """
    found = re.finditer(r'<symbol[^>]*?id="([^"]+)".*?</symbol>', sprite, re.DOTALL)
    symbols = {match[1]: match[0] for match in found}
    if missing := sorted(set(kept) - symbols.keys()):
        raise SystemExit(f"The sprite has no icon named {', '.join(missing)}.")
    inside = "".join(symbols[name] for name in sorted(kept))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>\n'


def fetch(package: Package, into: Path) -> Path:
    """Download the package's archive with npm and check its hash.

    Raises:
        SystemExit: npm is missing, or the archive is not the one that was named.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to vendor the browser's parts (and for nothing else).")
    command = [npm, "pack", "--silent", "--pack-destination", str(into), f"{package.name}@{package.version}"]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    archive = into / result.stdout.split()[-1]
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.integrity:
        raise SystemExit(f"{package.name} {package.version} is not the archive that was named: {digest}")
    return archive


def take(package: Package, archive: Path) -> dict[str, bytes]:
    """The files that the pages use, by their path under `vendor`.

    Raises:
        SystemExit: the package has no such file.
    """
    taken = {}
    with tarfile.open(archive) as packed:
        for there, here in package.files.items():
            member = packed.extractfile(f"package/{there}")
            if member is None:
                raise SystemExit(f"{package.name} has no file {there}.")
            taken[f"{package.home}/{here}"] = package.changed(here, member.read())
    return taken


def write(listed: list[Package], files: Mapping[str, bytes]) -> None:
    """Write the files, a compressed copy beside each that gains by it, and the manifest anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, content in files.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if path.suffix in COMPRESSED and len(content) > WORTH_COMPRESSING:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
    manifest = {
        "packages": {
            p.folder: {"name": p.name, "version": p.version, "integrity": p.integrity, "home": p.home}
            for p in listed
        },
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    MANIFEST.write_text(json.dumps(manifest, indent=1) + "\n")


def main() -> None:
    """Fetch, check, take, write."""
    listed = packages()
    files: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        for package in listed:
            files |= take(package, fetch(package, Path(folder)))
    write(listed, files)


if __name__ == "__main__":
    main()
