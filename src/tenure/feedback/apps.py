"""Registers the feedback tables with Django."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """Surveys and responses."""

    name = "tenure.feedback"
    label = "feedback"
    default_auto_field = "django.db.models.BigAutoField"
