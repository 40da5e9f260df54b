from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_closing")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="decided_because",
            field=models.TextField(default=""),
        ),
    ]
