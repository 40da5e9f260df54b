"""The habits of the made-up States as a Markdown page."""

from openmsix.dictionary.markdown import table

from .habits import HABITS, Habit

HEAD = ("mark in the truth", "what the record shows", "share", "other shares")


def _row(habit: Habit) -> tuple[str, ...]:
    others = ", ".join(f"{state} {share:.0%}" for state, share in sorted(habit.in_state.items()))
    return (f"`{habit.key}`", habit.words, f"{habit.usual:.1%}", others)


def habits_page() -> str:
    """Every habit with its shares."""
    return "\n".join(
        (
            "# How the made-up States differ\n",
            "`openmsix synth` makes up families and writes them as State files. What the States send differs from the truth by these "
            "habits; the shares are of the records that a habit can touch, at `--noise 1`. At 0 there is none of it. "
            "All of it is made up: nothing here says what a real State does.\n",
            table(HEAD, (_row(habit) for habit in HABITS)),
        )
    )
