"""Writes a page as a mail: HTML that mail programs show, the same as text, files and pictures beside it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse

from tenure.kit.money import digits
from tenure.mailing.links import absolute, stop_link
from tenure.mailing.models import Mailing, Posting
from tenure.mailing.posting import Letter, NotForThem
from tenure.web import formats
from tenure.web.exporting import TYPES, Field, Table, Value, csv_lines, xlsx_file
from tenure.web.mailed import drawing, pages
from tenure.web.mailed.report import Part, Report
from tenure.web.second_factor import has_one
from tenure.workspaces.access import Access
from tenure.workspaces.roles import Right

ROWS = 15  # of a table in the mail itself
LINE = 76
MOST_BYTES = 15_000_000  # of files: what most mail servers take, with the third that encoding adds
BANDS = ("good", "fair", "poor")


@dataclass(frozen=True)
class Cell:
    """A value as the mail writes it; `is_number`: it stands to the right."""

    text: str
    is_number: bool = False
    band: str = ""


@dataclass(frozen=True)
class Shown:
    """A table as the mail shows it: its first rows, and how many more there are."""

    part: Part
    heads: list[Cell]
    rows: list[list[Cell]]
    more: int


def write(mailing: Mailing, posting: Posting, access: Access, first: str = "") -> Letter:
    """A mailing's page for an addressee, now. NotForThem where it is not theirs to see."""
    if access.user is not None and access.workspace.needs_second_factor and not has_one(access.user):
        raise NotForThem(f"{access.user.email} has no second factor, which {access.workspace.name} asks for")
    try:
        report = pages.read(mailing, access)
    except (PermissionDenied, Http404) as why:
        raise NotForThem(f"{access.who} may not see this page: {why}") from None
    drawn = drawing.pictures(report.charts) if mailing.has_charts else []
    pictures = [(f"chart-{at}", one, report.charts[at].title) for at, one in enumerate(drawn) if one]
    files, left_out = _files(mailing, report, access)
    about: dict[str, Any] = {
        "mailing": mailing,
        "report": report,
        "first": first,
        "link": absolute(report.path),
        "pictures": pictures,
        "tables": [shown(one, access.workspace.currency) for one in report.parts],
        "files": [name for name, _, _ in files],
        "left_out": left_out,
        "stop": stop_link(posting.addressee),
        "change": absolute(reverse("mail", args=[mailing.pk])),
        "is_member": access.user is not None,
        "workspace": access.workspace,
        "owner": mailing.owner,
    }
    return Letter(
        f"{mailing.title}: {report.title}" if mailing.title != report.title else mailing.title,
        text(about),
        render_to_string("mail/page.html", about),
        tuple((name, content) for name, content, _ in pictures),
        files,
    )


def shown(part: Part, currency: str) -> Shown:
    """The first rows of a table, of the columns that a mail has room for."""
    names = [one.name for one in part.table.fields]
    places = [names.index(name) for name in part.columns if name in names]
    fields = [part.table.fields[place] for place in places]
    rows = list(part.table.rows)
    return Shown(
        part,
        [Cell(part.columns[one.name], one.kind in ("number", "money")) for one in fields],
        [
            [cell(one, row[place], currency) for one, place in zip(fields, places, strict=True)]
            for row in rows[:ROWS]
        ],
        len(rows) - ROWS,
    )


def cell(field: Field, value: Value, currency: str) -> Cell:
    """A value in words; None is a dash, as in the page's tables."""
    if value is None or value == "":
        return Cell("–", field.kind in ("number", "money"))
    if field.kind == "money" and isinstance(value, Decimal | float):
        minor = round(float(value) * 10 ** digits(currency))
        return Cell(formats.money(minor, currency), True)
    if isinstance(value, date):
        return Cell(formats.day_short(value))
    if isinstance(value, str):
        return Cell(" ".join(value.split()), band=value if value in BANDS else "")
    figure = float(value)
    places = 0 if figure.is_integer() or abs(figure) >= 10 else 2
    return Cell(formats.number(figure, places), True)


def _files(
    mailing: Mailing, report: Report, access: Access
) -> tuple[tuple[tuple[str, bytes, str], ...], str]:
    """The tables as files, for who may take lists out; and what is to be said of those that are not there."""
    if not mailing.files or not report.parts:
        return (), ""
    if not access.may(Right.EXPORT):
        return (), "Without files: you may look at these tables, but not take them out as files."
    made = [_file(mailing.files, one.name or _slug(one.title), one.table) for one in report.parts]
    if sum(len(content) for _, content, _ in made) > MOST_BYTES:
        return (), "Without files: they are too large for a mail. The page has them."
    access.log("was mailed files", f"{mailing.title}: {', '.join(name for name, _, _ in made)}")
    return tuple(made), ""


def _file(kind: str, name: str, table: Table) -> tuple[str, bytes, str]:
    if kind == Mailing.XLSX:
        with xlsx_file(table.fields, table.rows, _slug(table.title)[:31]) as file:
            return f"{name}.xlsx", file.read(), TYPES["xlsx"]
    return f"{name}.csv", "".join(csv_lines(table.fields, table.rows)).encode(), "text/csv"


def _slug(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-") or "table"


def text(about: dict[str, Any]) -> str:
    """The mail as text: every figure and row that the HTML has."""
    report: Report = about["report"]
    lines = [report.title, "=" * min(len(report.title), LINE), report.lead, ""]
    lines += [line for line in (about["first"], report.empty) if line]
    lines += [f"{one.title}: {one.value}{f' ({one.note})' if one.note else ''}" for one in report.figures]
    lines += [line for one in report.says for line in ("", one)]
    for one in about["tables"]:
        lines += ["", "", one.part.title, "-" * len(one.part.title), one.part.says]
        lines += [*_columns(one.heads, one.rows), *([f"and {one.more:,} more"] if one.more > 0 else [])]
    lines += ["", about["left_out"], "", f"Open the page: {about['link']}", *_foot(about)]
    return "\n".join(_wrapped(lines))


def _foot(about: dict[str, Any]) -> list[str]:
    mailing: Mailing = about["mailing"]
    why = f"You get this because {mailing.owner or 'somebody'} of {about['workspace']} chose you."
    more = [f"What is sent, and when: {about['change']}"] if about["is_member"] else []
    return ["", "-- ", why, f"Sent {mailing.rhythm.says()}.", *more, f"No more of it: {about['stop']}"]


def _columns(heads: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> Iterable[str]:
    """Rows under one another, each column as wide as its longest text up to 40 letters."""
    lines = [[head.text for head in heads], *([one.text for one in row] for row in rows)]
    widths = [min(40, max(len(line[at]) for line in lines)) for at in range(len(heads))]
    for line in lines:
        parts = [
            one[:width].rjust(width) if head.is_number else one[:width].ljust(width)
            for one, width, head in zip(line, widths, heads, strict=True)
        ]
        yield "  ".join(parts).rstrip()


def _wrapped(lines: Iterable[str]) -> Iterable[str]:
    """Running text in lines; tables and links as they are."""
    for line in lines:
        is_text = len(line) > LINE and "  " not in line and "://" not in line
        yield from textwrap.wrap(line, LINE) if is_text else [line]


def notice(mailing: Mailing, posting: Posting) -> Letter:
    """Tells a mailing's owner of an addressee who gets none."""
    why, to = posting.addressee.told, posting.addressee.email
    link = absolute(reverse("mail", args=[mailing.pk]))
    says = [
        f"“{mailing.title}” was not sent to {to}: {why}.",
        "Others get it as before. You are told once for each reason.",
    ]
    body = "\n\n".join([*(textwrap.fill(one, LINE) for one in says), f"Change whom it goes to: {link}"])
    about = {"mailing": mailing, "says": says, "link": link}
    return Letter(f"Not sent: {mailing.title}", body + "\n", render_to_string("mail/notice.html", about))
