"""What reads and checks files needs neither Django nor a database."""

import subprocess
import sys

PURE = (
    "actions_table",
    "checks",
    "checks.document",
    "convert",
    "document",
    "formats",
    "frames",
    "named",
    "json_file",
    "parquet_file",
    "parse",
    "problems",
    "receipt",
    "receipt_page",
    "sealed",
    "sheet",
    "table",
    "text",
    "unpack",
    "validate",
    "wording",
    "words",
    "xml_careful",
    "xml_file",
    "xml_markup",
    "xml_quick",
    "xml_tokens",
)


def test_the_pure_files_import_no_django_and_no_driver() -> None:
    imports = "; ".join(f"import openmsix.intake.{name}" for name in PURE)
    code = f"import sys; {imports}; print([name for name in sys.modules if name.split('.')[0] in ('django', 'psycopg')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
