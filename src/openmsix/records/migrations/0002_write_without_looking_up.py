import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0008_write_without_looking_up"),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="recordversion",
            name="submission",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="intake.submission",
            ),
        ),
    ]
