"""Registers the sources tables with Django."""

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """Import runs and their rejected rows."""

    name = "tenure.sources"
    label = "sources"
    default_auto_field = "django.db.models.BigAutoField"
