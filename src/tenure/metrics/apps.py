"""Registers the metrics' tables with Django, and the shipped metrics with the registry."""

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """Definitions, engine, latest values."""

    name = "tenure.metrics"
    label = "metrics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the registry: whoever asks for a metric finds the shipped ones."""
        from tenure.metrics import catalog  # noqa: F401
