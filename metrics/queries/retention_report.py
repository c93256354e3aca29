"""What the retention page shows: what stayed, what moved, and the rates that say so in two ways."""

from dataclasses import dataclass
from fractions import Fraction

from contracts.rules.period import Grain, Period
from metrics.queries import cohorts, movements, renewals
from metrics.queries.amounts import Base
from metrics.queries.cohorts import Cohort
from metrics.queries.movements import Flow
from metrics.queries.question import Question
from metrics.rules import retention
from metrics.rules.renewals import (
    Renewals,
    gross_renewal_rate,
    logo_renewal_rate,
    net_renewal_rate,
)
from metrics.rules.retention import Movements

# Beyond so many days a window is shown by quarters.
LONG = 3 * 366


@dataclass(frozen=True, slots=True)
class Rates:
    """One way to measure what stayed; None is undefined (C7)."""

    gross: Fraction | None
    net: Fraction | None
    logo: Fraction | None


@dataclass(frozen=True, slots=True)
class RetentionReport:
    """Everything on the page, in one currency at the fixing of the day before the window."""

    base: Base
    grain: Grain
    moves: Movements
    periods: dict[str, Movements]
    renewals: Renewals
    unconverted: int
    by_renewal: Rates
    by_window: Rates
    by_flow: Rates
    cohorts: dict[str, list[Cohort]]


def retention_report(question: Question, base: Base) -> RetentionReport:
    """Return the figures of the window, in a fixed number of statements."""
    grain = grain_of(question.window)
    whole = movements.converted(question, [base.currency], base.at, question.by)[base.currency]
    parts = movements.converted_by_period(question, base.currency, base.at, grain)
    linked = renewals.linked_rates(question, renewals.rates(question))
    tally, _left_out = renewals.converted_rates(linked, base.currency, base.at)
    moves = whole.movements
    return RetentionReport(
        base=base,
        grain=grain,
        moves=moves,
        periods={name: part.movements for name, part in parts.items()},
        renewals=tally,
        unconverted=whole.unconverted,
        by_renewal=Rates(
            gross_renewal_rate(tally), net_renewal_rate(tally), logo_renewal_rate(tally)
        ),
        by_window=Rates(
            retention.gross_retention(moves),
            retention.net_retention(moves),
            retention.logo_retention(moves),
        ),
        by_flow=_flow(question, base),
        cohorts=cohorts.by_year(question),
    )


def grain_of(window: Period) -> Grain:
    """Return months, or quarters for a long window."""
    return "month" if window.days <= LONG else "quarter"


def _flow(question: Question, base: Base) -> Rates:
    """Return retention by monthly flow, each currency's flow converted."""
    found = movements.flows(question)
    together = Flow(
        *(
            base.exact({currency: getattr(flow, name) for currency, flow in found.items()})
            for name in ("opening", "drops", "rises")
        )
    )
    return Rates(
        retention.flow_gross_retention(together.opening, together.drops),
        retention.flow_net_retention(together.opening, together.drops, together.rises),
        None,
    )
