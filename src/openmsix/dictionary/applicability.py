"""Which children an element applies to: the few groups of age and grade that the elements share.

Nearly all of these are recalled: the federal table is public only up to element 12.
"""

from openmsix.dictionary.declare import Applicability

SECONDARY_GRADES = frozenset({"09", "10", "11", "12"})
HIGH_SCHOOL_COURSE_TYPES = frozenset({"04", "05"})
"""Advanced Placement and International Baccalaureate: courses of high school in whichever grade they are taken."""

SCHOOL_GRADES = frozenset({"KG", "UG", *(f"{grade:02d}" for grade in range(1, 13))})

SECONDARY = Applicability(grades=SECONDARY_GRADES, words="Secondary students (grades 9 to 12)")
SECONDARY_OR_OUT_OF_SCHOOL = Applicability(
    ages=(14, 21),
    grades=SECONDARY_GRADES | {"00", "UG"},
    words="Secondary students and out-of-school youth",
)
ALGEBRA_TAKERS = Applicability(
    grades=SECONDARY_GRADES | {"07", "08"}, words="Secondary students, and middle-school students who took it"
)
SCHOOL_AGE = Applicability(
    ages=(4, 21), grades=SCHOOL_GRADES, words="School-age children (kindergarten to grade 12)"
)
AGES_3_TO_21 = Applicability(ages=(3, 21), words="Children and youth of ages 3 to 21")
