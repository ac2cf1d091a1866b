"""Registers the touchpoints tables with Django."""

from django.apps import AppConfig


class TouchpointsConfig(AppConfig):
    """Notes, whom they ask, their files."""

    name = "tenure.touchpoints"
    label = "touchpoints"
    default_auto_field = "django.db.models.BigAutoField"
