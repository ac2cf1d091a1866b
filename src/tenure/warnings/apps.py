"""Registers the warnings' tables with Django, and the shipped causes with the registry."""

from django.apps import AppConfig


class WarningsConfig(AppConfig):
    """Causes, open warnings, what is at stake."""

    name = "tenure.warnings"
    label = "warnings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the registry with the shipped causes, in order of urgency; say which metrics they rest on."""
        from tenure.warnings import causes, known  # noqa: F401
