"""Registers the revenue tables with Django."""

from django.apps import AppConfig


class RevenueConfig(AppConfig):
    """Subscriptions and terms."""

    name = "tenure.revenue"
    label = "revenue"
    default_auto_field = "django.db.models.BigAutoField"
