import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from openmsix.deadlines import clock
from openmsix.worklist import levels

CLOCKS = {"near_match": "near_match", "validate_merge": "validation"}
"""The types of tasks that are passed up by level, and the clock of each."""


def give_clocks(apps, schema_editor):
    """What lies with the States has the days of the State from today; each task knows its State."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE worklist_task t SET state_code = p.state_code FROM places_place p WHERE p.id = t.place_id"
        )
        for type_, name in CLOCKS.items():
            due = levels.due_at(name, levels.TOP, clock.today())
            cursor.execute(
                "UPDATE worklist_task SET clock_name = %s, due_at = %s, last_due_at = %s WHERE type = %s AND status = 'open' AND level = %s",
                [name, due, due, type_, levels.TOP],
            )


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0001_initial"),
        ("worklist", "0002_message"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="task", name="one_open_task_about_a_subject_at_a_place"),
        migrations.AddField(
            model_name="task",
            name="assigned_to",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="task", name="clock_name", field=models.TextField(blank=True, db_default="")
        ),
        migrations.AddField(model_name="task", name="last_due_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="task",
            name="passed",
            field=models.JSONField(default=list, db_default=models.Value([], models.JSONField())),
        ),
        migrations.AddField(
            model_name="task",
            name="state_code",
            field=models.CharField(max_length=2, null=True),
        ),
        migrations.RunPython(give_clocks, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                models.F("due_at"),
                condition=models.Q(("status", "open")),
                name="open_tasks_by_due_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                models.F("type"),
                models.F("subject_type"),
                models.F("subject_id"),
                models.F("state_code"),
                condition=models.Q(("status", "open")),
                name="one_open_task_about_a_subject_in_a_state",
            ),
        ),
    ]
