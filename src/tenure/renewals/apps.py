"""Registers the tables of renewals with Django."""

from django.apps import AppConfig


class RenewalsConfig(AppConfig):
    """Calls, reasons, targets and the forecasts of each night."""

    name = "tenure.renewals"
    label = "renewals"
    default_auto_field = "django.db.models.BigAutoField"
