"""Who asks: the session and its user, looked up at every request by queries that are put together once."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session

from tenure.kit import clock
from tenure.kit.prepared import Prepared
from tenure.workspaces.models import User


class SessionStore(DatabaseStore):
    """Django's sessions in the database: the name that `SESSION_ENGINE` asks for."""

    def _get_session_from_db(self) -> Any:
        found = _SESSIONS(self.session_key or "")
        if found and found[0].expire_date > clock.now():
            return found[0]
        return super()._get_session_from_db()  # type: ignore[misc]  # which says that there is none


class Members(ModelBackend):
    """Django's users with passwords."""

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session, unless they may sign in no more."""
        found = _USERS(str(user_id))
        return found[0] if found and self.user_can_authenticate(found[0]) else None


_SESSIONS = Prepared(Session, lambda key: Session.objects.filter(session_key=key))
_USERS = Prepared(User, lambda user_id: User.objects.filter(pk=user_id))
