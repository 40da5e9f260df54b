"""When two names are alike, and when names that are alike are two names all the same."""

from openmsix.matching.conditions import (
    Condition,
    Continues,
    FewEdits,
    MeantForAnother,
    MeantForTwo,
    Near,
    Same,
)


def alike(feature: str, key: str) -> Condition:
    """Two names sound the same, or are spelled almost the same."""
    return Same(key) | Near(feature, 0.88) | FewEdits(feature, 1, letters=5)


def two_names(feature: str, spelled_alike: Condition) -> Condition:
    """Alike, and two names: both are known, or one is and the other a slip of other ones, or both are slips of names that have none in common."""
    known, slips = f"{feature}_full", f"{feature}_slip_of"
    sound_alike = Same(f"{feature}_key")
    slipped = MeantForAnother(feature, known, slips) | (MeantForTwo(slips) & ~FewEdits(feature, 1))
    return (Same(known) & (spelled_alike | sound_alike)) | (slipped & spelled_alike & ~sound_alike)


def loosely_alike(feature: str, spelled_alike: Condition) -> Condition:
    """Alike to the eye, but three letters apart or more, and not the same with a second name written on (David and Davidson, but not Juan and Juanalberto): of twins as often as of one child."""
    return spelled_alike & ~FewEdits(feature, 2) & ~Continues(feature, letters=4, slips=1)
