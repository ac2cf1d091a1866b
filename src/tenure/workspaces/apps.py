"""Registers the workspaces' tables with Django."""

from django.apps import AppConfig
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models.signals import post_migrate


class WorkspacesConfig(AppConfig):
    """Workspaces, users, roles, keys, audit log."""

    name = "tenure.workspaces"
    label = "workspaces"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Django's permissions stay unwritten: who may do what our roles say (`roles.py`)."""
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
        post_migrate.disconnect(create_contenttypes)
