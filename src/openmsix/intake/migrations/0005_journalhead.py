from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0004_decided_because")]

    operations = [
        migrations.CreateModel(
            name="JournalHead",
            fields=[
                ("scope", models.CharField(max_length=2, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(default=0)),
                ("act", models.CharField(default="", max_length=16)),
                ("rebuilding", models.BooleanField(default=False)),
            ],
        ),
    ]
