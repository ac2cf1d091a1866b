"""Registers the accounts tables with Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts, people, identity."""

    name = "tenure.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
