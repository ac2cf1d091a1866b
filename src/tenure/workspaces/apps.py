"""Registers the workspaces' tables with Django."""

from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    """Workspaces, users, roles, keys, audit log."""

    name = "tenure.workspaces"
    label = "workspaces"
    default_auto_field = "django.db.models.BigAutoField"
