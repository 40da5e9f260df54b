from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="msix_id_sent",
            field=models.CharField(max_length=12, null=True),
        ),
    ]
