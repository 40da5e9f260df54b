"""Putting other text in the place of some of a file. Pure."""

from collections.abc import Iterable
from typing import AnyStr


def spliced(whole: AnyStr, cuts: Iterable[tuple[int, int, AnyStr]]) -> AnyStr:
    """The whole with each piece (from, to, what stands there now) replaced; the pieces do not overlap."""
    pieces: list[AnyStr] = []
    last = 0
    for begin, end, new in sorted(cuts):
        pieces.append(whole[last:begin])
        pieces.append(new)
        last = end
    pieces.append(whole[last:])
    return whole[:0].join(pieces)
