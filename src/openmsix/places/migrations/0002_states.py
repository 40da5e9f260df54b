"""The nation, its States and territories: every other place hangs from them."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from openmsix.deadlines.clock import now
from openmsix.places.states import NATION, NATION_NAME, states


def make_states(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    places = apps.get_model("places", "Place").objects.using(schema_editor.connection.alias)
    ours = {"source": "openmsix", "updated_at": now()}
    nation = places.create(kind="nation", code=NATION, name=NATION_NAME, path=f"/{NATION}/", **ours)
    for state in states().values():
        places.create(
            kind="state", code=state.code, name=state.name, state_code=state.code, parent=nation, path=state.path, **ours
        )


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]
    operations = [migrations.RunPython(make_states, migrations.RunPython.noop)]
