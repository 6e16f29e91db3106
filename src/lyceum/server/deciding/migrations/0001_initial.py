"""The tables of motions and ballots, as they began."""

from typing import Any

from django.db import migrations, models


class CreateWithoutRowNumbers(migrations.CreateModel):
    """A table that keeps no order of arrival: SQLite numbers rows as they come, unless it is told not to."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        sql, parameters = schema_editor.table_sql(to_state.apps.get_model(app_label, self.name))
        schema_editor.execute(f"{sql} WITHOUT ROWID", parameters or None)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Box",
            fields=[
                ("ballot", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("sealed", models.BinaryField()),
            ],
        ),
        CreateWithoutRowNumbers(
            name="Entitlement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "ballot", "person", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("ballot", models.CharField(max_length=64)),
                ("person", models.CharField(max_length=64)),
            ],
        ),
        CreateWithoutRowNumbers(
            name="OpenVote",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "ballot", "voter", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("ballot", models.CharField(max_length=64)),
                ("voter", models.CharField(max_length=64)),
                ("choice", models.JSONField()),
            ],
        ),
        CreateWithoutRowNumbers(
            name="Voted",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "ballot", "person", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("ballot", models.CharField(max_length=64)),
                ("person", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Ballot",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("body", models.CharField(max_length=64)),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject", models.CharField(blank=True, max_length=64)),
                ("meeting", models.CharField(blank=True, max_length=64)),
                ("question", models.TextField()),
                ("options", models.JSONField()),
                ("rule", models.JSONField()),
                ("tier", models.CharField(max_length=20)),
                ("opens", models.DateTimeField()),
                ("closes", models.DateTimeField()),
                ("opened", models.DateTimeField(null=True)),
                ("closed", models.DateTimeField(null=True)),
                ("entitled", models.PositiveIntegerField(default=0)),
                ("present", models.PositiveIntegerField(null=True)),
                ("voted", models.PositiveIntegerField(null=True)),
                ("rule_sha256", models.CharField(blank=True, max_length=64)),
                ("terms_sha256", models.CharField(blank=True, max_length=64)),
                ("published", models.JSONField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=20)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["body", "-opens"], name="ballot_of_body"),
                    models.Index(fields=["closed", "closes"], name="ballot_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed", None), models.Q(("subject", ""), _negated=True)),
                        fields=("subject_kind", "subject"),
                        name="one_open_ballot_on_a_subject",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Motion",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("body", models.CharField(max_length=64)),
                ("title", models.CharField(max_length=300)),
                ("paragraphs", models.JSONField()),
                ("proposer", models.CharField(max_length=64)),
                ("seconder", models.CharField(blank=True, max_length=64)),
                ("submitted", models.DateTimeField()),
                ("stage", models.CharField(max_length=20)),
                ("origins", models.JSONField(default=list)),
                ("subject", models.JSONField(null=True)),
                ("moved_text", models.JSONField(null=True)),
                ("decided", models.DateTimeField(null=True)),
                ("document", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "indexes": [models.Index(fields=["body", "-submitted"], name="motion_of_body")],
            },
        ),
        migrations.CreateModel(
            name="Amendment",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("proposer", models.CharField(max_length=64)),
                ("changes", models.JSONField()),
                ("submitted", models.DateTimeField()),
                ("carried", models.BooleanField(null=True)),
                ("motion", models.CharField(db_index=True, max_length=64)),
            ],
        ),
    ]
