"""Calculators of renewals: how much of what expired was renewed, and by when notice is due."""

from datetime import date
from fractions import Fraction
from functools import reduce
from operator import add

from contracts.rules.calendar import ONE_DAY, BusinessCalendar
from contracts.rules.notice import NoticeClause, deadline_dates
from contracts.rules.vocabulary import NoticeRule, NoticeUnit, RenewalKind
from metrics.rules import renewals
from metrics.rules.calculators.inputs import Input, Kind, Values
from metrics.rules.calculators.vocabulary import (
    Calculator,
    Check,
    Mistake,
    Subject,
    Unit,
    amount,
    aside,
    at_most,
    count,
    same_length,
)
from metrics.rules.presentation import quotient
from metrics.rules.renewals import Outcome, Renewals

DAYS, MONTHS = "days", "months"
ROUGH_MONTH = 30
LONGEST_MONTHS = 120
EXPIRING = Input("expiring", "Value of each term that expired", Kind.AMOUNTS)
RENEWED = Input("renewed", "Value of its renewal, in the same order, 0 if lost", Kind.AMOUNTS)
SAME = same_length("renewed", "expiring", "As many renewals as terms that expired, 0 if lost.")


def tally(v: Values) -> Renewals:
    """Return the renewals that the two lists describe, term by term.

    Source: C6.
    """
    terms = zip(v.many("expiring"), v.many("renewed"), strict=True)
    return reduce(add, (_term(before, after) for before, after in terms), Renewals())


def notice_deadline(end: date, value: int, unit: str, rule: NoticeRule) -> date | None:
    """Return the last day for notice of `value` days or months; `end` is the last day of service.

    Source: R3.
    """
    kind = NoticeUnit.MONTHS if unit == MONTHS else NoticeUnit.DAYS
    found = deadline_dates(
        start=end,
        end=end,
        renewal_kind=RenewalKind.AUTO,
        clause=NoticeClause(value=value, unit=kind, rule=rule),
        calendar=BusinessCalendar(()),
    )
    return found.notice_deadline


def full_units(v: Values) -> date | None:
    """Return the deadline with full days or months between the notice and the renewal.

    Source: R3.
    """
    return notice_deadline(
        v.day("end"), v.count("value"), v.text("unit"), NoticeRule.BEFORE_RENEWAL
    )


def to_renewal(v: Values) -> date | None:
    """Return the deadline counted to the day of the renewal itself.

    Source: R3.
    """
    return notice_deadline(
        v.day("end"), v.count("value"), v.text("unit"), NoticeRule.COUNTED_TO_RENEWAL
    )


NOTICE = (
    Input("end", "Last day of service", Kind.DAY),
    count("value", "Notice period", high=3650),
    Input("unit", "Counted in", Kind.CHOICE, default=DAYS, choices=(DAYS, MONTHS)),
)
MODERATE = Check(
    "value",
    "A notice period of at most 120 months.",
    lambda v: v.text("unit") == DAYS or v["value"] <= LONGEST_MONTHS,
)
ROUGHLY = Mistake(
    "months taken for 30 days",
    lambda v: (
        v.day("end") + ONE_DAY * (1 - ROUGH_MONTH * v.count("value"))
        if v.text("unit") == MONTHS
        else None
    ),
)

CALCULATORS = (
    Calculator(
        name="grr-renewal",
        title="Gross renewal rate (renewal-based GRR)",
        subject=Subject.RENEWALS,
        formula="sum of min(renewed, expiring) / sum of expiring",
        variant="Renewal-based: terms due in the window, capped term by term",
        unit=Unit.RATIO,
        inputs=(
            EXPIRING,
            RENEWED,
            aside("total", "Total recurring value, due or not (not part of the formula)"),
        ),
        compute=lambda v: renewals.gross_renewal_rate(tally(v)),
        example={"expiring": "100000 50000 100000", "renewed": "120000 0 80000"},
        checks=(SAME,),
        mistakes=(
            Mistake(
                "capped on the total instead of term by term",
                lambda v: quotient(
                    min(_sum(v, "renewed"), _sum(v, "expiring")), _sum(v, "expiring")
                ),
            ),
            Mistake(
                "not capped: that is the NET rate", lambda v: renewals.net_renewal_rate(tally(v))
            ),
            Mistake("the mean of the terms' own rates", lambda v: _mean_rate(v)),
            Mistake(
                "the period-based rate of the same facts",
                lambda v: quotient(
                    v["total"] - _sum(v, "expiring") + tally(v).renewed_capped, v["total"]
                ),
                needs=("total",),
            ),
        ),
    ),
    Calculator(
        name="nrr-renewal",
        title="Net renewal rate (renewal-based NRR)",
        subject=Subject.RENEWALS,
        formula="(renewed + expansion - contraction) / expiring",
        variant="Renewal-based: an upsell inside the renewal counts, mid-term expansion does not",
        unit=Unit.RATIO,
        inputs=(
            amount("expiring", "Value of the terms that expired"),
            amount("renewed", "Of it, renewed"),
            amount("expansion", "Added in the renewals", default="0"),
            amount("contraction", "Given up in the renewals", default="0"),
        ),
        compute=lambda v: quotient(_renewed(v), v["expiring"]),
        example={"expiring": "120", "renewed": "102", "expansion": "8", "contraction": "4"},
        mistakes=(
            Mistake(
                "expansion and contraction left out",
                lambda v: quotient(v["renewed"], v["expiring"]),
            ),
            Mistake(
                "missing brackets, renewed + expansion - contraction / expiring",
                lambda v: (
                    None
                    if v["expiring"] == 0
                    else v["renewed"] + v["expansion"] - v["contraction"] / v["expiring"]
                ),
            ),
        ),
    ),
    Calculator(
        name="logo-renewal",
        title="Logo renewal rate",
        subject=Subject.RENEWALS,
        formula="renewed contracts / contracts due",
        variant="By number; what has no answer yet is left out of those due",
        unit=Unit.RATIO,
        inputs=(
            count("renewed", "Contracts renewed"),
            count("due", "Contracts due, without those still open"),
            aside("open", "Contracts without an answer yet (not part of the formula)", Kind.COUNT),
        ),
        compute=lambda v: quotient(v.count("renewed"), v.count("due")),
        example={"renewed": "85", "due": "100"},
        checks=(at_most("renewed", "due", "More were renewed than were due."),),
        mistakes=(
            Mistake(
                "those still open counted as lost",
                lambda v: quotient(v["renewed"], v["due"] + v["open"]),
                needs=("open",),
            ),
            Mistake(
                "the share that was lost", lambda v: quotient(v["due"] - v["renewed"], v["due"])
            ),
        ),
    ),
    Calculator(
        name="notice-deadline",
        title="Last day for notice, full days or months ahead",
        subject=Subject.RENEWALS,
        formula="(last day of service + 1) - notice period - 1 day",
        variant="Full units lie between notice and renewal; not rolled to a business day",
        unit=Unit.DATE,
        inputs=NOTICE,
        compute=full_units,
        example={"end": "2026-12-31", "value": "3", "unit": "months"},
        checks=(MODERATE,),
        mistakes=(ROUGHLY, Mistake("counted to the day of the renewal: a day late", to_renewal)),
    ),
    Calculator(
        name="notice-deadline-to-renewal",
        title="Last day for notice, counted to the renewal",
        subject=Subject.RENEWALS,
        formula="(last day of service + 1) - notice period",
        variant="Counted to the day of the renewal itself; not rolled to a business day",
        unit=Unit.DATE,
        inputs=NOTICE,
        compute=to_renewal,
        example={"end": "2026-03-14", "value": "60", "unit": "days"},
        checks=(MODERATE,),
        mistakes=(
            ROUGHLY,
            Mistake("counted from the last day of service: a day early", full_units),
        ),
    ),
)


def _term(before: Fraction, after: Fraction) -> Renewals:
    return renewals.one_term(before, Outcome.RENEWED if after > 0 else Outcome.LOST, after)


def _renewed(v: Values) -> Fraction:
    return v["renewed"] + v["expansion"] - v["contraction"]


def _sum(v: Values, name: str) -> Fraction:
    return sum(v.many(name), Fraction(0))


def _mean_rate(v: Values) -> Fraction | None:
    terms = zip(v.many("expiring"), v.many("renewed"), strict=True)
    rates = [min(after, before) / before for before, after in terms if before > 0]
    return quotient(sum(rates, Fraction(0)), len(rates))
