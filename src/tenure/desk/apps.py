"""Registers the desk's tables with Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Changes that can be taken back, saved views, the search index, visits."""

    name = "tenure.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
