"""Registers the desk's tables with Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DeskConfig(AppConfig):
    """Changes that can be taken back, saved views, the search index, visits."""

    name = "tenure.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the search index looked after whenever tables may have been rebuilt; say what views show."""
        from tenure.desk import index, uses  # noqa: F401
        from tenure.kit import by_sets

        by_sets.settle(index.by_sets)
        post_migrate.connect(index.ensure, sender=self)
