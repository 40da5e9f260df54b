"""The match rows have the columns of the linkage model."""

from django.db import models

from openmsix.identity.models import MatchRow
from openmsix.matching.blocking import KEYS
from openmsix.matching.prepare import COLUMNS, FEATURES


def test_each_feature_and_key_has_its_column() -> None:
    fields = {field.name for field in MatchRow._meta.concrete_fields}
    assert fields == {"state_record", "live", *COLUMNS[1:], *(key.name for key in KEYS)}
    kinds = {"text": models.TextField, "date": models.DateField, "boolean": models.BooleanField}
    for feature in FEATURES:
        assert type(MatchRow._meta.get_field(feature.name)) is kinds[feature.sql_type]


def test_each_key_can_be_looked_up() -> None:
    assert {tuple(index.fields) for index in MatchRow._meta.indexes} == {(key.name,) for key in KEYS}
