"""What a workspace's settings may be. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

MOST_DOMAINS = 50
MOST_FEATURES = 50

# ISO 4217, those in circulation.
CURRENCIES = tuple(
    (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
        "CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
        "GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD "
        "KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO "
        "NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE "
        "SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST "
        "XAF XCD XOF XPF YER ZAR ZMW ZWG"
    ).split()
)


@dataclass(frozen=True)
class Settings:
    """What people may change about a workspace."""

    name: str
    zone: str
    currency: str
    own_domains: tuple[str, ...] = ()
    key_features: tuple[str, ...] = ()


def problems(settings: Settings) -> dict[str, str]:
    """What is wrong, by field, in words that say what would be right. Empty: nothing."""
    return dict(_problems(settings))


def _problems(settings: Settings) -> Iterator[tuple[str, str]]:
    if not 1 <= len(settings.name) <= 120:
        yield "name", "Give it a name of at most 120 letters."
    if settings.zone not in available_timezones():
        yield "zone", f"There is no time zone “{settings.zone}”; it is a name such as Europe/Oslo."
    if settings.currency not in CURRENCIES:
        yield "currency", f"“{settings.currency}” is not the ISO 4217 code of a currency, such as EUR."
    if len(settings.own_domains) > MOST_DOMAINS:
        yield "own_domains", f"At most {MOST_DOMAINS} domains."
    if len(settings.key_features) > MOST_FEATURES:
        yield "key_features", f"At most {MOST_FEATURES}: a feature is key if its absence would worry you."


def said(old: Mapping[str, object], new: Mapping[str, object]) -> str:
    """What changed, from what to what, as the audit log says it: `name: Ours → Theirs; zone: UTC → …`."""
    changed = [name for name in new if old[name] != new[name]]
    return "; ".join(
        f"{name.replace('_', ' ')}: {_worded(old[name])} → {_worded(new[name])}" for name in changed
    )


def _worded(value: object) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value) or "none"
