"""The landing page: what must be decided, what it costs, and what is missing."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.admin.filters import GAP_NAMES, IN_FORCE
from contracts.admin.rights import administers, may_edit
from contracts.models import Contract, Destination
from contracts.queries.attention import WINDOWS, Attention, attention
from contracts.queries.flags import open_flags
from contracts.queries.health import scan_status
from contracts.queries.inbox import MOST_COUNTED, unread_count
from contracts.queries.missing import missing_counts
from contracts.queries.portfolio import in_state
from contracts.rules.vocabulary import ContractState, FlagState
from contracts.services import holds
from metrics.queries import dashboard as figures
from metrics.queries.amounts import Money
from metrics.queries.question import Dimension, Scope
from metrics.web.charts import scaled

SHOWN = 12
SLICES = 8
QUARTER = timedelta(days=92)
DEFAULT_WINDOW = 90


@dataclass(frozen=True, slots=True)
class Share:
    """One row of the table behind a chart; `page` lists the contracts it adds up."""

    name: str
    money: Money
    percent: Decimal | None
    page: str


@dataclass(frozen=True, slots=True)
class Gap:
    """How many running contracts lack something."""

    name: Any
    count: int
    page: str


def unread(request: HttpRequest) -> str:
    """Return what the navigation shows beside the inbox: how many alerts are unread, if any."""
    count = unread_count(request.user)
    return "" if not count else "99+" if count >= MOST_COUNTED else str(count)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of the landing page."""
    today, user, base = timezone.localdate(), request.user, settings.BASE_CURRENCY
    scope = Scope.of(user)
    soon = attention(user, today=today, base=base, days=_window(request), limit=SHOWN)
    months = figures.annualised_by_month(today, base, scope=scope)
    flags = open_flags(user, first=today - QUARTER, last=today)
    return context | {
        "title": _("Dashboard"),
        "today": today,
        "base": base,
        "is_empty": not Contract.objects.visible_to(user).exists(),
        "may_add": may_edit(request, Contract, None),
        "import_page": _page_or_none("contracts:import"),
        "outbox_page": _page_or_none("admin:contracts_outbox"),
        "scan": scan_status(timezone.now()),
        "hold": holds.open_hold(),
        "may_release": administers(request),
        "failing": Destination.objects.editable_by(user).exclude(marked_at=None)[:SHOWN],
        "window": _window(request),
        "attention": soon,
        "stake": _stake(soon, _window(request)),
        "locked_in": _in_state(user, ContractState.LOCKED_IN, today),
        "headline": figures.headline(today, base, scope),
        "months": months,
        "months_chart": _line(months),
        "shares": _all_shares(today, base, scope),
        "flags": flags[:SLICES],
        "flag_count": flags.count(),
        "flags_page": _flag_list(today - QUARTER, today),
        "gaps": _gaps(user, today),
        "in_force_page": contract_list(state=IN_FORCE),
    }


def contract_list(**parameters: Any) -> str:
    """Return the address of the contract list with these filters."""
    return f"{reverse('admin:contracts_contract_changelist')}?{urlencode(parameters)}"


def _flag_list(first: date, last: date) -> str:
    days = {"term__start_date__gte": first, "term__start_date__lte": last}
    page = reverse("admin:contracts_priceflag_changelist")
    return f"{page}?{urlencode({'state__exact': FlagState.OPEN.value, **days})}"


def _window(request: HttpRequest) -> int:
    asked = request.GET.get("within", "")
    return int(asked) if asked in {str(days) for days in WINDOWS} else DEFAULT_WINDOW


def _page_or_none(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def _stake(soon: Attention, days: int) -> Any:
    return next(stake for stake in soon.stakes if stake.days == days)


def _in_state(user: Any, state: ContractState, today: date) -> Gap:
    rows = in_state(Contract.objects.visible_to(user), state.value, today)
    return Gap(state.value, rows.count(), contract_list(state=state.value))


def _gaps(user: Any, today: date) -> list[Gap]:
    return [
        Gap(GAP_NAMES[name], count, contract_list(missing=name))
        for name, count in missing_counts(user, today=today).items()
        if count
    ]


def _all_shares(today: date, base: str, scope: Scope) -> list[dict[str, Any]]:
    found = figures.spend_by_each(("category", "vendor"), today, base, scope)
    return [_shares(dimension, slices) for dimension, slices in found.items()]


def _shares(dimension: Dimension, slices: Sequence[figures.Slice]) -> dict[str, Any]:
    total = sum((each.money.converted for each in slices), Decimal(0))
    page = reverse("admin:contracts_contract_changelist")
    rows = [
        Share(
            name=each.name or _("None"),
            money=each.money,
            percent=each.money.converted * 100 / total if total else None,
            page=f"{page}?{_slice_filter(dimension, each.name)}",
        )
        for each in slices
    ]
    titles = {"category": _("Spend by category"), "vendor": _("Spend by vendor")}
    return {
        "title": titles[dimension],
        "heading": {"category": _("Category"), "vendor": _("Vendor")}[dimension],
        "rows": rows,
        "chart": _bars(rows),
    }


def _slice_filter(dimension: Dimension, name: str) -> str:
    wanted = {f"{dimension}__name": name} if name else {"missing": dimension}
    return urlencode({"state": IN_FORCE, **wanted})


def _line(months: Iterable[figures.Point]) -> dict[str, str]:
    points = list(months)
    data = {
        "labels": [point.month for point in points],
        "datasets": [
            {
                "label": _("Annualised spend"),
                "data": [float(point.money.converted) for point in points],
                "borderColor": "var(--color-primary-600)",
                "backgroundColor": "var(--color-primary-600)",
            }
        ],
    }
    return {"data": json.dumps(data), "options": json.dumps(scaled("y"))}


def _bars(rows: Sequence[Share]) -> dict[str, str]:
    shown = [(row.name, float(row.money.converted)) for row in rows[:SLICES]]
    colours = ["var(--color-primary-600)"] * len(shown)
    if rest := sum(float(row.money.converted) for row in rows[SLICES:]):
        shown.append((_("All others"), rest))
        colours.append("var(--color-base-400)")
    data = {
        "labels": [name for name, _value in shown],
        "datasets": [
            {
                "label": _("Annualised spend"),
                "data": [value for _name, value in shown],
                "backgroundColor": colours,
                "borderRadius": 3,
                "maxBarThickness": 18,
            }
        ],
    }
    return {"data": json.dumps(data), "options": json.dumps(scaled("x") | {"indexAxis": "y"})}
