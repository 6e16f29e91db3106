"""The tables of learners, as they began."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptStudy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("topic", models.CharField(max_length=400)),
                ("study", models.JSONField()),
                ("done", models.JSONField(default=list)),
                ("kept", models.DateTimeField(auto_now_add=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="studies", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("-kept", "-id"),
            },
        ),
        migrations.CreateModel(
            name="KeptCard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("front", models.TextField()),
                ("back", models.TextField()),
                ("source", models.TextField(blank=True)),
                ("citation", models.JSONField(null=True)),
                ("mark", models.CharField(max_length=64)),
                ("due", models.DateTimeField()),
                ("phase", models.PositiveSmallIntegerField(default=1)),
                ("step", models.PositiveSmallIntegerField(default=0, null=True)),
                ("stability", models.FloatField(null=True)),
                ("difficulty", models.FloatField(null=True)),
                ("reviewed", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cards", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("due", "id"),
                "indexes": [models.Index(fields=["person", "due"], name="cards_of_a_person_by_due")],
                "constraints": [models.UniqueConstraint(fields=("person", "mark"), name="a_card_is_kept_once")],
            },
        ),
    ]
