"""Registers the tables of plans with Django."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Goals and what was said of them."""

    name = "tenure.plans"
    label = "plans"
    default_auto_field = "django.db.models.BigAutoField"
