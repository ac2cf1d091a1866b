"""A mail server, and an installation that is set up for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.mailing.server import Mailbox, mail_server


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    """Where mails arrive."""
    with mail_server() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        settings.TENURE_ORIGINS, settings.MAIL_IS_SET_UP = ["https://tenure.example.test"], True
        settings.ALLOWED_HOSTS = ["tenure.example.test", "testserver"]
        yield found
