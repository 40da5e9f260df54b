"""Tables of the consolidated view. All of them are derived from records and identity and can be rebuilt at
any time.

`Child` is one row a child, `SearchRow` one row a live state record, `Derivation` says by which openmsix they were derived, `SearchWord` the words that occur in
names, parents' names and schools, and `Vocabulary` the stamp that tells a process when its copy of the words
is old.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from openmsix.accounts.hats import Hat


class ChildQuerySet(models.QuerySet["Child"]):
    """Children, in the words of those who look for them."""

    def live(self) -> "ChildQuerySet":
        """Children with at least one live state record."""
        return self.filter(live=True)

    def visible_to(self, hat: Hat) -> "ChildQuerySet":
        """The children whose whole record this hat may open; none unless its role reaches some."""
        if hat.reach == "all":
            return self.live()
        if hat.reach == "state" and hat.state_code:
            return self.live().filter(states__contains=[hat.state_code])
        return self.none()


class Child(models.Model):
    """One child, as the latest statements have it. `ref` is the opaque address of the child's pages."""

    msix_id = models.CharField(max_length=12, primary_key=True)
    ref = models.CharField(max_length=24, unique=True)
    first_name = models.TextField(default="")
    middle_name = models.TextField(default="")
    last_name_1 = models.TextField(default="")
    last_name_2 = models.TextField(default="")
    suffix = models.TextField(default="")
    birth_date = models.DateField(null=True)
    sex = models.TextField(default="")
    mother = models.TextField(default="")
    father = models.TextField(default="")
    multiple_birth = models.BooleanField(default=False)
    states = ArrayField(models.CharField(max_length=2), default=list)
    current_state = models.CharField(max_length=2, default="")
    current_district_id = models.TextField(default="")
    current_district = models.TextField(default="")
    current_school = models.TextField(default="")
    grade = models.TextField(default="")
    last_enrollment_date = models.DateField(null=True)
    last_withdrawal_date = models.DateField(null=True)
    qualifying_arrival_date = models.DateField(null=True)
    eligibility_end = models.DateField(null=True)
    records = models.IntegerField(default=0)
    live = models.BooleanField(default=True)
    # Words that find the child, each with its kind: "n:" the child's own names, "p:" parents' names, "s:"
    # schools.
    words = ArrayField(models.TextField(), default=list)
    # Equal for children whose mother and a surname are the same; empty where that is not known.
    family = models.TextField(default="")
    updated_at = models.DateTimeField()

    objects = ChildQuerySet.as_manager()

    @property
    def name(self) -> str:
        """All names in the order in which they are said."""
        return " ".join(
            filter(None, (self.first_name, self.middle_name, self.last_name_1, self.last_name_2, self.suffix))
        )

    class Meta:
        indexes = (
            GinIndex(name="child_words", fields=["words"]),
            models.Index(name="child_born", fields=["birth_date"]),
            models.Index(name="child_family", fields=["family"], condition=~models.Q(family="")),
            models.Index(name="child_place", fields=["current_state", "current_district_id"]),
        )

    def __str__(self) -> str:
        return self.ref


class SearchRow(models.Model):
    """What one live state record says that helps to find and tell apart its child."""

    state_record_id = models.BigIntegerField(primary_key=True)
    child = models.ForeignKey(
        Child, on_delete=models.CASCADE, db_column="msix_id", related_name="search_rows"
    )
    state_code = models.CharField(max_length=2)
    state_student_id = models.TextField()
    ids = ArrayField(
        models.TextField(), default=list
    )  # this and the alternate identifiers, folded: capitals, no spaces or dashes
    birth_date = models.DateField(null=True)
    sex = models.TextField(default="")
    given = ArrayField(models.TextField(), default=list)  # folded words of first and middle name
    surnames = ArrayField(models.TextField(), default=list)
    parents = ArrayField(models.TextField(), default=list)
    schools = ArrayField(models.TextField(), default=list)

    class Meta:
        indexes = (
            models.Index(name="search_row_born", fields=["birth_date"]),
            GinIndex(name="search_row_ids", fields=["ids"]),
        )

    def __str__(self) -> str:
        return f"{self.state_code} {self.state_record_id}"


class SearchWord(models.Model):
    """A word of the vocabulary; `kind` as in `Child.words`."""

    kind = models.CharField(max_length=1)
    word = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(name="search_word_once", fields=["kind", "word"]),)

    def __str__(self) -> str:
        return f"{self.kind}:{self.word}"


class Derivation(models.Model):
    """One row: by which way of deriving, numbered in `actions`, all children were last derived."""

    number = models.IntegerField()

    def __str__(self) -> str:
        return str(self.number)


class Vocabulary(models.Model):
    """One row: the stamp of the words. It grows whenever words were added.

    It is the microsecond of the change and not a count: a count that was rolled back would come again for other
    words, and a process that had copied the first ones would keep them.
    """

    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.version)
