"""Registers the events tables with Django."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Rejected events."""

    name = "tenure.events"
    label = "events"
    default_auto_field = "django.db.models.BigAutoField"
