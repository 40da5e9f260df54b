import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0007_part_format"),
    ]

    operations = [
        migrations.AlterField(
            model_name="answer",
            name="submission",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="intake.submission",
            ),
        ),
        migrations.AlterField(
            model_name="finding",
            name="submission",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="intake.submission",
            ),
        ),
    ]
