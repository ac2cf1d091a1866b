"""Where every page lives."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, path, re_path

from tenure.web.pages import account as account_page
from tenure.web.pages import (
    around,
    customers,
    data,
    explain,
    health_profiles,
    override,
    palette,
    ready,
    settings,
    signin,
    today,
    worth,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in", account.login, name="account_login"),
    path("sign-out", account.logout, name="account_logout"),
    path("sign-in/closed", account.account_inactive, name="account_inactive"),
    path("sign-in/password", account.password_reset, name="account_reset_password"),
    path("sign-in/password/sent", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^sign-in/password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "sign-in/password/set",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("", today.today, name="today"),
    path("today/<str:account_id>/done", today.done, name="today-done"),
    path("today/<str:account_id>/later", today.later, name="today-later"),
    path("today/<str:account_id>/undo", today.undo, name="today-undo"),
    path("explain/worth/<str:account_id>", worth.worth, name="explain-worth"),
    path("explain/question", worth.question, name="explain-question"),
    path("explain/causes", worth.causes, name="explain-causes"),
    path("explain/book/<str:figure>", worth.book, name="explain-book"),
    path("customers", customers.customers, name="customers"),
    path("customers/chart", customers.chart, name="customers-chart"),
    path("customers/condition", customers.condition, name="customers-condition"),
    path("customers/export", customers.export, name="customers-export"),
    path("customers/<str:account_id>", account_page.account, name="account"),
    path("customers/<str:account_id>/why", account_page.why, name="account-why"),
    path("customers/<str:account_id>/happened", account_page.happened, name="account-happened"),
    path("customers/<str:account_id>/faces", account_page.faces, name="account-faces"),
    path("customers/<str:account_id>/note", account_page.write_note, name="account-note"),
    path(
        "customers/<str:account_id>/note/<str:note_id>/undo",
        account_page.undo_note,
        name="account-note-undo",
    ),
    path("customers/<str:account_id>/override", override.override, name="account-override"),
    path("customers/<str:account_id>/override/end", override.end, name="account-override-end"),
    path("customers/<str:account_id>/done", account_page.done, name="account-done"),
    path("customers/<str:account_id>/later", account_page.later, name="account-later"),
    path("customers/<str:account_id>/<str:tab>", account_page.account, name="account-tab"),
    path("explain/metric/<str:name>", explain.metric, name="explain-metric"),
    path("explain/score/<str:account_id>", explain.score, name="explain-score"),
    path("data", data.data, name="data"),
    path("data/runs", data.runs, name="data-runs"),
    path("data/incoming", data.incoming, name="data-incoming"),
    path("data/imports", data.upload, name="data-upload"),
    path("data/imports/<str:run_id>", data.one_import, name="data-import"),
    path("data/imports/<str:run_id>/choose", data.choose, name="data-choose"),
    path("data/imports/<str:run_id>/would", data.would, name="data-would"),
    path("data/imports/<str:run_id>/start", data.start, name="data-start"),
    path("data/imports/<str:run_id>/discard", data.discard, name="data-discard"),
    path("data/imports/<str:run_id>/progress", data.progress, name="data-progress"),
    path("data/imports/<str:run_id>/rejected.csv", data.rejected_rows, name="data-rejected-rows"),
    path("data/rejected", data.aside, name="data-aside"),
    path("data/rejected/replay", data.replay, name="data-replay"),
    path("welcome/<str:token>", signin.welcome, name="welcome"),
    path("settings", settings.workspace, name="settings"),
    path("settings/people", settings.people, name="settings-people"),
    path("settings/people/<str:member>/role", settings.change_role, name="settings-role"),
    path("settings/people/<str:member>/remove", settings.remove_member, name="settings-remove"),
    path("settings/people/<str:member>/link", settings.sign_in_link, name="settings-link"),
    path(
        "settings/invitations/<str:invitation>/withdraw",
        settings.withdraw_invitation,
        name="settings-withdraw",
    ),
    path("settings/health", health_profiles.profiles, name="settings-health"),
    path("settings/health/<slug:name>", health_profiles.profile, name="settings-health-profile"),
    path("settings/health/<slug:name>/versions", health_profiles.versions, name="settings-health-versions"),
    path("settings/health/<slug:name>/file", health_profiles.file, name="settings-health-file"),
    path("settings/health/<slug:name>/move", health_profiles.move, name="settings-health-move"),
    path("settings/health/<slug:name>/remove", health_profiles.remove, name="settings-health-remove"),
    path("settings/keys", settings.keys, name="settings-keys"),
    path("settings/keys/<str:key>/revoke", settings.revoke_key, name="settings-revoke"),
    path("settings/audit", settings.audit, name="settings-audit"),
    path("settings/you", settings.you, name="settings-you"),
    path("palette", palette.palette, name="palette"),
    path("nav", around.nav, name="nav"),
    path("live-ticket", around.live_ticket, name="live-ticket"),
    path("workspace", around.switch_workspace, name="workspace"),
    path("readyz", ready.ready, name="ready"),
]

handler403 = "tenure.web.pages.errors.forbidden"
handler404 = "tenure.web.pages.errors.not_found"
handler429 = "tenure.web.pages.errors.too_many"
handler500 = "tenure.web.pages.errors.broken"
