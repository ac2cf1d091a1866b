"""Registers the kit's tables with Django."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """Outbox, live bus, leases, change counters."""

    name = "tenure.kit"
    label = "kit"
    default_auto_field = "django.db.models.BigAutoField"
