"""Registers the health tables with Django."""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    """Profiles and latest standing."""

    name = "tenure.health"
    label = "health"
    default_auto_field = "django.db.models.BigAutoField"
