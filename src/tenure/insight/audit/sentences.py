"""An audit in sentences that somebody can act on. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tenure.insight.audit.found import Audit, Judged, Verdict
from tenure.kit import words

_MOST_NAMED = 4
_SURE = 0.05
_CONTRACT = "what contracts say"
_CARE = "we look after those who worry us, and those who pay most; only a hold-out would show what it does"


def says(audit: Audit) -> tuple[str, ...]:
    """What was found, the most useful first."""
    if not audit.tried:
        return (_too_little(audit),)
    return (
        _first(audit),
        *_keeps(audit),
        *_beyond(audit),
        *_turned(audit),
        *_chance(audit),
        *_attributes(audit),
        *_ours(audit),
        *_silent(audit),
    )


def verdict(audit: Audit, one: Judged) -> str:
    """One figure's verdict, with why."""
    titles = {other.metric: other.title for other in audit.judged}
    if one.is_ours and one.verdict in (Verdict.KEEP, Verdict.BEYOND):
        return "goes with it, which is not what it does"
    if one.verdict is Verdict.BEYOND:
        return (
            f"nothing beyond {_named(titles[one.beyond])} here"
            if one.beyond
            else "nothing beyond the contract"
        )
    return {
        Verdict.KEEP: _ahead(one) or "it tells, but not ahead",
        Verdict.TURNED: f"more of what is meant to be bad goes with fewer that {audit.outcome.did}",
        Verdict.CHANCE: "no more than chance would show",
        Verdict.THIN: "too few customers with it to say",
        Verdict.CONTRACT: "says when or how much, not whether",
    }[one.verdict]


def _named(title: str) -> str:
    """A title among others: `CES (mean)`, so that its comma is not taken for one of the list."""
    head, comma, rest = title.partition(", ")
    return f"{head} ({rest})" if comma else title


def _too_little(audit: Audit) -> str:
    return (
        f"Too little has happened to judge by: {words.count(audit.accounts_happened, 'customer')} of "
        f"{audit.accounts:,} {audit.outcome.did} in the time that is over. "
        "It takes at least ten of either kind."
    )


def _first(audit: Audit) -> str:
    best = [_named(one.title) for one in audit.judged if one.verdict is Verdict.KEEP and not one.is_ours]
    within = f"{audit.outcome.called} within {words.days(audit.horizon)}"
    if not best:
        return f"None of {audit.tried} metrics tells {within} better than chance, beyond what contracts say."
    tell = "tells" if len(best) == 1 else "tell"
    return f"{words.capital(words.listing(best[:_MOST_NAMED]))} {tell} you most about {within}."


def _keeps(audit: Audit) -> Iterator[str]:
    for one in (one for one in audit.judged if one.verdict is Verdict.KEEP and not one.is_ours):
        end = "best" if audit.outcome.is_good else "worst"
        ahead = _ahead(one)
        yield (
            f"{_named(one.title)} earns its place: of its {end} tenth {words.percent(one.worst_rate or 0)} "
            f"{audit.outcome.did}, {one.lift or 0:.1f} times as many as of all"
            f"{f'; {ahead}' if ahead else ''}. {_known(audit, one)}"
        )


def _ahead(one: Judged) -> str:
    if one.lead_days is None:
        return ""
    least = "at least " if one.lead_days == one.leads[-1].days else ""
    if not one.lead_days:
        return "it tells shortly before"
    return f"it tells {least}{words.days(one.lead_days)} ahead"


def _known(audit: Audit, one: Judged) -> str:
    return f"It is known in {words.percent(one.coverage)} of looks."


def _beyond(audit: Audit) -> Iterator[str]:
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in audit.judged:
        if one.verdict is Verdict.BEYOND and not one.is_ours:
            groups[one.beyond].append(one)
    titles = {one.metric: one.title for one in audit.judged}
    for like, some in groups.items():
        named = words.listing([_named(one.title) for one in some])
        add = "adds" if len(some) == 1 else "add"
        than = _named(titles.get(like, _CONTRACT))
        yield f"{named} {add} nothing beyond {than} here.{_weighed(some)}"


def _turned(audit: Audit) -> Iterator[str]:
    for one in (one for one in audit.judged if one.verdict is Verdict.TURNED):
        meant = "more is meant to be better" if one.better == "up" else "less is meant to be better"
        yield (
            f"{_named(one.title)} points the wrong way round: {meant}, but here it is the other end that "
            f"{audit.outcome.did}.{_weighed([one])}"
        )


def _chance(audit: Audit) -> Iterator[str]:
    some = [one for one in audit.judged if one.verdict is Verdict.CHANCE]
    if some:
        are = "is" if len(some) == 1 else "are"
        count = words.capital(words.number(len(some)))
        yield f"{count} of {audit.tried} {are} not told from chance.{_weighed(some)}"


def _attributes(audit: Audit) -> Iterator[str]:
    """Which attributes tell nothing: what people like to explain losses by."""
    some = [one for one in audit.judged if one.attribute and one.verdict is Verdict.CHANCE]
    if some:
        named = words.listing([f"“{one.attribute}”" for one in some])
        yield f"{words.capital(named)} {'tells' if len(some) == 1 else 'tell'} nothing about it here."


def _ours(audit: Audit) -> Iterator[str]:
    """What goes with what we do, and why that is not what it does."""
    some = [one for one in audit.judged if one.is_ours]
    told = [one for one in some if one.verdict in (Verdict.KEEP, Verdict.BEYOND)]
    for one in told:
        end = "More" if one.more_is_risk else "Less"
        goes = f"goes with more customers that {audit.outcome.did}"
        yield f"{end} of “{_named(one.title)}” {goes}. That is not what it does: {_CARE}."
    if some and not told:
        named = words.listing([f"“{_named(one.title)}”" for one in some])
        tell = "tells" if len(some) == 1 else "tell"
        yield f"{named} {tell} nothing here, which is not to say that none of it helps: {_CARE}."


def _weighed(some: list[Judged]) -> str:
    """Where a figure counts in a profile all the same."""
    parts = [
        f"{_named(one.title)} counts {words.percent(share)} in the profile {profile}"
        for one in some
        for profile, share in one.counts_in.items()
    ]
    return f" Yet {words.listing(parts)}." if parts else ""


def _silent(audit: Audit) -> Iterator[str]:
    """What silence tells; whoever answers and whoever does not side by side."""
    missing = {one.metric: one.missing for one in audit.judged}
    quiet = []
    for survey in audit.silence:
        found = missing[survey.metric]
        if found is None:
            continue
        if found.p > _SURE:
            quiet.append(survey.title)
            continue
        than = "more" if found.rate > found.rate_known else "less"
        yield (
            f"Customers of whom no {survey.title} is known {audit.outcome.did} {than} often than the others: "
            f"{_share(found.rate)} against {_share(found.rate_known)} of looks."
        )
    if quiet:
        yield f"Whether there is an answer to {words.listing(quiet, 'or')} or not tells nothing by itself."


def _share(value: float) -> str:
    return f"{value * 100:.1f}\u00a0%"
