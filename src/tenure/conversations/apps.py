"""Registers the conversation tables with Django."""

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    """Tickets and their versions."""

    name = "tenure.conversations"
    label = "conversations"
    default_auto_field = "django.db.models.BigAutoField"
