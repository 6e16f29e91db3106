"""Resolutions of bodies that do not show themselves are published one by one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deciding", "0001_initial")]

    operations = [
        migrations.AddField(model_name="motion", name="public", field=models.BooleanField(default=False)),
    ]
