"""The changes of documents, and the limits of groups."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import admin_ext.history.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GroupLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "document",
                    models.CharField(max_length=255, verbose_name="kind of document"),
                ),
                (
                    "rows",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='Lookups and values, as in {"user__country": "SE"}.',
                        verbose_name="only documents with",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="document_limits",
                        to="auth.group",
                        verbose_name="group",
                    ),
                ),
            ],
            options={
                "verbose_name": "limit of a group",
                "verbose_name_plural": "limits of groups",
            },
        ),
        migrations.CreateModel(
            name="FieldLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("path", models.CharField(max_length=255, verbose_name="field")),
                (
                    "access",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Hidden"),
                            (1, "Masked"),
                            (2, "View"),
                            (3, "Edit"),
                        ],
                        verbose_name="access",
                    ),
                ),
                (
                    "limit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fields",
                        to="admin_ext.grouplimit",
                        verbose_name="limit",
                    ),
                ),
            ],
            options={
                "verbose_name": "limit of a field",
                "verbose_name_plural": "limits of fields",
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "operation",
                    models.UUIDField(db_index=True, verbose_name="operation"),
                ),
                (
                    "made_at",
                    models.DateTimeField(
                        db_index=True,
                        default=django.utils.timezone.now,
                        verbose_name="date/time",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        blank=True, max_length=255, verbose_name="username"
                    ),
                ),
                (
                    "address",
                    models.GenericIPAddressField(
                        blank=True, null=True, verbose_name="address"
                    ),
                ),
                (
                    "document",
                    models.CharField(max_length=255, verbose_name="kind of document"),
                ),
                ("object_id", models.TextField(verbose_name="object id")),
                ("place", models.CharField(max_length=64)),
                (
                    "object_repr",
                    models.CharField(max_length=200, verbose_name="object"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("add", "Added"),
                            ("change", "Changed"),
                            ("delete", "Deleted"),
                            ("reveal", "Revealed"),
                            ("outside", "Changed outside"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("intended", "Not known to be written"),
                            ("done", "Written"),
                            ("failed", "Not written"),
                        ],
                        default="intended",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "via",
                    models.CharField(blank=True, max_length=100, verbose_name="by"),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                (
                    "paths",
                    admin_ext.history.models.ExactJSONField(
                        default=list, verbose_name="paths"
                    ),
                ),
                ("image", models.BinaryField(null=True)),
                ("digests", models.JSONField(default=dict)),
                (
                    "undoes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="undone_by",
                        to="admin_ext.change",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a document",
                "verbose_name_plural": "changes of documents",
                "ordering": ("-made_at", "-pk"),
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        fields=["place", "-made_at"], name="admin_ext_change_place"
                    ),
                    models.Index(
                        fields=["document", "kind", "-made_at"],
                        name="admin_ext_change_kind",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="grouplimit",
            constraint=models.UniqueConstraint(
                fields=("group", "document"), name="admin_ext_limit_of_group"
            ),
        ),
        migrations.AddConstraint(
            model_name="fieldlimit",
            constraint=models.UniqueConstraint(
                fields=("limit", "path"), name="admin_ext_limit_of_field"
            ),
        ),
    ]
