"""Registers the tables of insight with Django."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """What models learnt, and what was made of it."""

    name = "tenure.insight"
    label = "insight"
    default_auto_field = "django.db.models.BigAutoField"
