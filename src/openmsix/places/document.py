"""The files that `places load` reads as a Markdown page."""

from openmsix.dictionary.markdown import table

from .layout import LAYOUTS, Layout

HEAD = ("column", "needed", "what it holds")


def _section(layout: Layout) -> str:
    rows = (
        (f"`{column.name}`", "yes" if column.required else "", column.words or "text")
        for column in layout.columns
    )
    further = (
        f"\n{len(layout.unused)} further columns of the national layout may be there; they are not used.\n"
        if layout.unused
        else ""
    )
    key = " and ".join(f"`{name}`" for name in layout.natural_key)
    return f"## {layout.words[0].upper()}{layout.words[1:]}\n\nOne row for each {key}.\n\n{table(HEAD, rows)}{further}"


def layouts_page() -> str:
    """Every layout with its columns."""
    return "\n".join(
        (
            "# Files of places\n",
            "`openmsix places load <folder>` reads all CSV files of a folder, in any order, and tells by their columns what they are. "
            "UTF-8 or Windows-1252. A faulty row is left out and named, with how to mend it; all others are loaded. It is safe to repeat.\n",
            "Districts, schools and geocodes come in the layouts of the National Center for Education Statistics; regions, "
            "operators and contacts in small files of our own. A file of contacts replaces the contacts of the States in it. "
            "What is in the database but in no file stays as it is.\n",
            *(_section(layout) for layout in LAYOUTS),
        )
    )
