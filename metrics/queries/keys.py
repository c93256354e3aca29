"""The figures file's keys and rows: each figure as it is printed (C7, C10)."""

from collections.abc import Iterable
from typing import Any

from metrics.queries.actuals import Actual
from metrics.queries.budgets import BudgetLine
from metrics.queries.cohorts import Cohort
from metrics.queries.movements import Flow
from metrics.queries.prices import PriceRow
from metrics.queries.renewals import Deadline
from metrics.queries.spend import Spend
from metrics.rules import renewals as renewal_rules
from metrics.rules import retention
from metrics.rules.conversion import PIVOT, Fixing
from metrics.rules.decisions import (
    Decision,
    Decisions,
    on_time_rate,
    on_time_rate_by_value,
    silent_share,
)
from metrics.rules.presentation import money, rate, ratio


def of_spend(rows: Iterable[Spend], *by: str) -> dict[str, str]:
    """Key amounts by the named parts, the currency last; zeros have no key."""
    return {_key(row, *by): money(row.value) for row in rows if row.value}


def of_charges(rows: Iterable[Actual], *by: str) -> dict[str, list[str]]:
    """Key charges: gross, discount with allowance, credit, net."""
    return {
        _key(row, *by): [money(each) for each in (row.gross, row.deductions, row.credit, row.net)]
        for row in rows
    }


def of_price(row: PriceRow) -> dict[str, Any]:
    """Print a price change; its split where prices and quantities are known."""
    before, after = row.amounts
    printed: dict[str, Any] = {
        "contract": row.contract,
        "seq": row.seq,
        "date": row.date.isoformat(),
        "av0": money(before),
        "av1": money(after),
        "value_change": money(row.value_change),
        "value_pct": ratio(row.value_increase),
        "unit_pct": ratio(row.unit_increase),
        "flags": list(row.signs),
    }
    if (split := row.split) is not None:
        printed |= {
            "qty_pct": ratio(split.quantity_increase),
            "price_effect": money(split.price_effect),
            "volume_effect": money(split.volume_effect),
        }
    return printed


def of_deadline(row: Deadline) -> list[Any]:
    """Print a row of the renewal calendar."""
    deadline, end = row.deadline.isoformat(), row.end_date.isoformat()
    return [deadline, row.contract, row.seq, end, row.auto_renew]


def of_renewals(tally: renewal_rules.Renewals) -> dict[str, Any]:
    """Print renewal-based rates with what they are made of."""
    return {
        "due": tally.due,
        "renewed": tally.renewed,
        "open": tally.open,
        "expiring": money(tally.expiring),
        "renewed_capped": money(tally.renewed_capped),
        "renewed_value": money(tally.renewed_value),
        "GRR": ratio(renewal_rules.gross_renewal_rate(tally)),
        "NRR": ratio(renewal_rules.net_renewal_rate(tally)),
        "logo": ratio(renewal_rules.logo_renewal_rate(tally)),
    }


def of_decisions(found: Decisions) -> dict[str, Any]:
    """Print how many deadlines were met, missed and slept through, with their annual values."""
    return {
        "due": found.due,
        "on_time_rate": ratio(on_time_rate(found)),
        "on_time_rate_by_value": ratio(on_time_rate_by_value(found)),
        "silent_share": ratio(silent_share(found)),
        **{each.value: found.count.get(each, 0) for each in Decision},
        **{f"{each.value}_value": money(found.value.get(each, 0)) for each in Decision},
    }


def of_retention(moves: retention.Movements) -> dict[str, Any]:
    """Print period-based retention with what it is made of."""
    start, end, gained = moves.units_opening, moves.units_closing, moves.units_gained
    net = ratio(retention.net_retention(moves))
    return _amounts(moves) | {
        "S": start,
        "E": end,
        "kept": moves.units_kept,
        "N_new": moves.units_new,
        "N_reactivated": moves.units_reactivated,
        "GRR": ratio(retention.gross_retention(moves)),
        "NRR": net,
        "DRR": net,
        "logo_retention": ratio(retention.logo_retention(moves)),
        "CRR": ratio(retention.customer_retention(end, gained, start)),
        "churn_rate": ratio(retention.churn_rate(moves.units_churned, start)),
        "revenue_churn_gross": ratio(retention.gross_revenue_churn(moves)),
        "revenue_churn_net": ratio(retention.net_revenue_churn(moves)),
        "revenue_churn_net_incl_reactivation": ratio(
            retention.net_revenue_churn_with_reactivation(moves)
        ),
        "existing_growth": ratio(retention.existing_growth(moves)),
    }


def of_movements(moves: retention.Movements) -> dict[str, Any]:
    """Print the waterfall of one period."""
    return _amounts(moves) | {
        "n_new": moves.units_new,
        "n_reactivation": moves.units_reactivated,
        "n_churn": moves.units_churned,
    }


def of_flow(flow: Flow) -> dict[str, Any]:
    """Print retention by monthly flow."""
    return {
        "GRR_flow": ratio(retention.flow_gross_retention(flow.opening, flow.drops)),
        "NRR_flow": ratio(retention.flow_net_retention(flow.opening, flow.drops, flow.rises)),
    }


def of_budget(line: BudgetLine) -> dict[str, Any]:
    """Print a budget beside its actual."""
    return {
        "dimension": line.dimension,
        "key": line.name,
        "currency": line.currency,
        "budget": money(line.budget),
        "actual": money(line.actual),
        "variance": money(line.variance),
        "pct": ratio(line.ratio),
    }


def of_cohort(cohort: Cohort) -> dict[str, Any]:
    """Print a cohort: its size, and its shares by year."""
    return {
        "size": cohort.size,
        "logos": [ratio(share) for share in cohort.logos],
        "value": [ratio(share) for share in cohort.value],
    }


def of_fixing(at: Fixing) -> dict[str, Any]:
    """Print the rates that converted figures stand on, with their days and sources (C8)."""
    return {
        "on": at.on.isoformat(),
        "pivot": PIVOT,
        "sources": sorted(at.sources),
        "rates": {
            currency: [rate(value), at.fixed_on[currency].isoformat()]
            for currency, value in at.rates.items()
        },
    }


def _amounts(moves: retention.Movements) -> dict[str, Any]:
    return {name: money(getattr(moves, name)) for name in retention.AMOUNTS}


def _key(row: Spend | Actual, *by: str) -> str:
    return "|".join([*(getattr(row, part) for part in by), row.currency])
