"""Words that stand for yes, no and intervals, as programs write them in the languages of Europe."""

from __future__ import annotations

SPELLINGS = {
    "yes": tuple("yes y true t 1 on ja j oui vrai wahr si sí verdadero vero sim verdadeiro kyllä".split()),
    "no": tuple("no n false f 0 off nein non faux falsch falso não nao nee nei nej ei".split()),
    "week": (
        *("week", "weekly", "w", "1 week", "per week", "woche", "wöchentlich", "semaine", "hebdomadaire"),
        *("semana", "semanal", "settimana", "settimanale", "wekelijks", "uke", "ukentlig"),
        *("vecka", "veckovis", "uge", "ugentlig"),
    ),
    "month": (
        *("month", "monthly", "m", "mo", "1 month", "per month", "monat", "monatlich", "mois", "mensuel"),
        *("mensuelle", "mes", "mensual", "mese", "mensile", "mês", "mensal", "maand", "maandelijks"),
        *("måned", "månedlig", "månad", "månadsvis"),
    ),
    "quarter": (
        *("quarter", "quarterly", "q", "3 months", "per quarter", "quartal", "vierteljährlich"),
        *("quartalsweise", "trimestre", "trimestriel", "trimestrielle", "trimestral", "trimestrale"),
        *("kwartaal", "kvartal", "kvartalsvis"),
    ),
    "year": (
        *("year", "yearly", "y", "annual", "annually", "1 year", "12 months", "per year", "jahr"),
        *("jährlich", "an", "année", "annuel", "annuelle", "año", "anual", "anno", "annuale", "ano"),
        *("jaar", "jaarlijks", "år", "årlig", "årligen"),
    ),
}


def in_sql(name: str) -> str:
    """The spellings of a word as a list of SQL's."""
    return ", ".join(f"'{one}'" for one in SPELLINGS[name])


def as_pattern(*names: str, shortest: int = 1) -> str:
    """A pattern of the spellings of some words that have so many letters; short ones may mean anything."""
    return "|".join(one for name in names for one in SPELLINGS[name] if len(one) >= shortest)
