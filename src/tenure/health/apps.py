"""Registers the health tables with Django."""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    """Profiles and latest standing."""

    name = "tenure.health"
    label = "health"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say which metrics profiles rest on."""
        from tenure.health import uses  # noqa: F401
