"""What an export does with each table there is, and why: one place, and a test that no table is missing here.

A table goes out as columns that imports read, as settings, or row by row in `history/`; of those, what only
tells is written and not read back. What is worked out anew is not written, nor is what opens a door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TABLE, SETTINGS, CARRIED, TOLD, DERIVED, SECRET, GROUND = (
    "a table that imports read",
    "in the settings",
    "row by row, and back",
    "row by row, to be read",
    "worked out anew",
    "never leaves",
    "of this installation only",
)


@dataclass(frozen=True)
class Decided:
    """What becomes of a table, and why."""

    how: str
    why: str


def _all(how: str, why: str, *labels: str) -> dict[str, Decided]:
    return {label: Decided(how, why) for label in labels}


DECIDED: Mapping[str, Decided] = {
    **_all(
        TABLE,
        "as it stands, in the columns of its kind",
        *("accounts.Account", "accounts.AccountAttributes", "accounts.Person", "revenue.Subscription"),
        *("revenue.Deal", "revenue.Cost", "revenue.Rate", "feedback.Response", "conversations.Ticket"),
        *("plans.Goal", "touchpoints.Note"),
    ),
    **_all(
        SETTINGS,
        "how the workspace counts",
        *(
            "workspaces.Workspace",
            "accounts.MatchingRule",
            "metrics.OwnMetricVersion",
            "health.HealthProfile",
        ),
    ),
    **_all(CARRIED, "every version that a table has only the last of", "revenue.Term"),
    **_all(CARRIED, "every version that a table has only the last of", "conversations.TicketVersion"),
    **_all(CARRIED, "every version that a table has only the last of", "plans.GoalVersion"),
    **_all(CARRIED, "what each source says and said", "accounts.Statement", "accounts.PersonStatement"),
    **_all(CARRIED, "every word, with who said so and when", "accounts.Consent"),
    **_all(CARRIED, "which ids mean whom, also of those that were merged", "accounts.Identity"),
    **_all(CARRIED, "types of attributes and whose word counts", "accounts.AttributeRule"),
    **_all(
        CARRIED,
        "what people said about money",
        *("renewals.Call", "renewals.LossReason", "renewals.Target", "insight.Economics"),
    ),
    **_all(CARRIED, "made from what was known on its night; nobody can make it again", "renewals.Forecast"),
    **_all(CARRIED, "what people did about it", "health.HealthOverride", "warnings.EarlyWarning"),
    **_all(CARRIED, "who had which profile since when", "health.ProfileSpan"),
    **_all(CARRIED, "files of notes, with the contents", "touchpoints.Attachment"),
    **_all(CARRIED, "how people look at their customers", "desk.SavedView"),
    **_all(CARRIED, "what to do about events of a kind", "events.MendingRule", "events.EventPolicy"),
    **_all(CARRIED, "what people wrote about events; the rest of a row follows the lake", "events.EventName"),
    **_all(
        TOLD,
        "its rows are known by ids of this installation, by which alone it can be undone",
        "accounts.Regrouping",
    ),
    **_all(TOLD, "they are invited anew; nobody signs in by a file", "workspaces.Membership"),
    **_all(TOLD, "a log is of the workspace where it was written", "workspaces.AuditEntry"),
    **_all(TOLD, "events that were set aside, with the reason", "events.RejectedEvent"),
    **_all(
        DERIVED,
        "from the record and the lake",
        *("metrics.MetricValue", "health.Standing", "health.Outlook", "health.BandFlow"),
        *("warnings.Priority", "warnings.BandChange", "warnings.LossRate", "desk.RollUp", "desk.SearchEntry"),
        *(
            "insight.FittedHazard",
            "insight.AccountHazard",
            "insight.AuditRun",
            "accounts.Duplicate",
            "accounts.DuplicateLook",
        ),
        *("events.DroppedEvents", "revenue.RunningTerm"),
    ),
    **_all(
        SECRET,
        "it lets somebody in, here or elsewhere",
        *("workspaces.User", "workspaces.Key", "workspaces.Invitation", "sources.Pickup"),
        *("account.EmailAddress", "account.EmailConfirmation", "mfa.Authenticator"),
        *("usersessions.UserSession", "sessions.Session"),
    ),
    **_all(
        GROUND,
        "how this installation works, and what can be taken back here",
        *("kit.OutboxFact", "kit.OutboxCursor", "kit.Live", "kit.Lease", "kit.ChangeCounter"),
        *("auth.Permission", "auth.Group", "contenttypes.ContentType", "web.KeptAnswer", "web.Mark"),
        *("accounts.RegroupedRows", "desk.Change", "desk.ChangedRow", "desk.Habit", "events.MendingRun"),
        *("sources.ImportRun", "sources.RejectedRow", "sources.ImportChange", "sources.ImportAdded"),
        *("sources.ExportRun", "touchpoints.Mention"),
    ),
    **_all(
        GROUND,
        "who gets which page by e-mail is arranged anew among those who are invited",
        *("mailing.Outsider", "mailing.Mailing", "mailing.Addressee", "mailing.Posting"),
    ),
}
