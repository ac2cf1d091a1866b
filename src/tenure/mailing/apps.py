"""Registers the tables of mailings."""

from __future__ import annotations

from django.apps import AppConfig


class MailingConfig(AppConfig):
    """Pages by e-mail."""

    name = "tenure.mailing"
    label = "mailing"
