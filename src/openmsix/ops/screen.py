"""What a person sees at the terminal: plain lines, tables and progress bars."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

# Names of files and words of States may have brackets: they are told as they are, never read as markup.
console = Console(highlight=False, markup=False)
errors = Console(stderr=True, highlight=False, markup=False)

type_of_report = Callable[[str, int, int], None]


@contextmanager
def progress() -> Iterator[type_of_report]:
    """A set of bars. Yields `report(step, done, total)`: the first call with a step opens its bar, total 0 means unknown."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<44}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
    ) as bars:
        open_bars: dict[str, int] = {}

        def report(step: str, done: int, total: int) -> None:
            for earlier, bar in open_bars.items():
                if earlier != step and not bars.tasks[bar].finished:
                    bars.update(bar, total=bars.tasks[bar].total or 1, completed=bars.tasks[bar].total or 1)  # type: ignore[arg-type]
            if step not in open_bars:
                open_bars[step] = bars.add_task(step, total=total or None)
            bars.update(open_bars[step], completed=done, total=total or None)  # type: ignore[arg-type]

        yield report
        for bar in open_bars.values():
            end = bars.tasks[bar].total or 1
            bars.update(bar, total=end, completed=end)  # type: ignore[arg-type]
