"""The tables of the ledger, as they began."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ToldRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.CharField(max_length=64, unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("shelf", models.CharField(max_length=400)),
                ("stamp", models.DateTimeField()),
                ("deleted", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ("stamp", "document"),
                "indexes": [models.Index(fields=["stamp", "document"], name="told_in_order")],
            },
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("said", models.CharField(max_length=20)),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("month", "said"), name="one_judgement_a_month")],
            },
        ),
    ]
