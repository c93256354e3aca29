"""What a demo contract says about its renewal, its notice and its price."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from contracts.rules import terms
from contracts.rules.calendar import add_months, business_calendar
from contracts.rules.vocabulary import (
    BillingFrequency,
    CapKind,
    NoticeMethod,
    NoticeRule,
    NoticeUnit,
    RenewalKind,
)
from contracts.services.demo.dice import Dice

KINDS = {RenewalKind.AUTO: 74, RenewalKind.MANUAL: 16, RenewalKind.FIXED: 10}
MONTHS = {12: 80, 24: 7, 36: 13}
NOTICES = {
    (30, NoticeUnit.DAYS): 25,
    (60, NoticeUnit.DAYS): 25,
    (90, NoticeUnit.DAYS): 22,
    (45, NoticeUnit.DAYS): 6,
    (20, NoticeUnit.BUSINESS_DAYS): 4,
    (1, NoticeUnit.MONTHS): 5,
    (2, NoticeUnit.MONTHS): 3,
    (3, NoticeUnit.MONTHS): 10,
}
RULES = {
    NoticeRule.BEFORE_RENEWAL: 92,
    NoticeRule.COUNTED_TO_RENEWAL: 4,
    NoticeRule.QUARTER_END: 2,
    NoticeRule.MONTH_END: 2,
}
METHODS = {
    NoticeMethod.EMAIL: 55,
    NoticeMethod.PORTAL: 25,
    NoticeMethod.REGISTERED_POST: 12,
    NoticeMethod.COURIER: 8,
}
BILLING = {
    BillingFrequency.YEARLY: 58,
    BillingFrequency.MONTHLY: 22,
    BillingFrequency.QUARTERLY: 14,
    BillingFrequency.UPFRONT: 6,
}
CAPS = {Decimal(3): 12, Decimal(5): 30, Decimal(7): 38, Decimal(10): 20}
NEAR_ENOUGH = 4


@dataclass(frozen=True, slots=True)
class Clause:
    """The columns of a contract that say how it renews, ends, is billed and may rise in price."""

    renewal_kind: RenewalKind
    renewal_months: int
    notice_value: int | None
    notice_unit: NoticeUnit
    notice_rule: NoticeRule
    notice_method: NoticeMethod
    window_opens_value: int | None
    announcement_days: int | None
    billing_frequency: BillingFrequency
    payment_terms_days: int
    cap_pct: Decimal | None

    @property
    def cap_kind(self) -> CapKind:
        """The kind that goes with the percentage."""
        return CapKind.NONE if self.cap_pct is None else CapKind.FIXED


def draw_clause(dice: Dice, *, plain: bool) -> Clause:
    """Draw the clauses of a contract; `plain` ones have a notice period counted from the renewal."""
    kind = dice.weighted(KINDS)
    value, unit = dice.weighted(NOTICES)
    rule = dice.weighted(RULES)
    unknown = dice.chance(0.5 if kind != RenewalKind.AUTO else 0.07)
    capped = dice.chance(0.28)
    return Clause(
        renewal_kind=kind,
        renewal_months=dice.weighted(MONTHS),
        notice_value=None if unknown and not plain else value,
        notice_unit=unit,
        notice_rule=NoticeRule.BEFORE_RENEWAL if plain else rule,
        notice_method=dice.weighted(METHODS),
        window_opens_value=180 if dice.chance(0.08) else None,
        announcement_days=dice.choice((30, 45, 60, 90)) if dice.chance(0.35) else None,
        billing_frequency=dice.weighted(BILLING),
        payment_terms_days=dice.choice((14, 30, 30, 45)),
        cap_pct=dice.weighted(CAPS) if capped else None,
    )


def end_with_anchor(clause: Clause, calendar_code: str, anchor: date) -> date:
    """Return a last day of service whose alerts count down to about `anchor`.

    Working days and month lengths can put the anchor a few days earlier, never on a later day.
    """
    notice = terms.NoticeClause(
        value=clause.notice_value,
        unit=clause.notice_unit,
        rule=clause.notice_rule,
        method=clause.notice_method,
    )
    calendar = business_calendar((calendar_code,))
    end = anchor
    for _round in range(NEAR_ENOUGH):
        dates = terms.deadline_dates(
            start=add_months(end, -clause.renewal_months),
            end=end,
            renewal_kind=clause.renewal_kind,
            clause=notice,
            calendar=calendar,
        )
        found = terms.alert_anchor(clause.renewal_kind, end, dates)
        end += anchor - (found[1] if found else end)
    return end


def notice_days(clause: Clause) -> int:
    """Return about how many days before its end a term must be decided."""
    if clause.renewal_kind != RenewalKind.AUTO or clause.notice_value is None:
        return 0
    days_in = {NoticeUnit.DAYS: 1.0, NoticeUnit.BUSINESS_DAYS: 1.45, NoticeUnit.MONTHS: 30.5}
    return round(clause.notice_value * days_in[clause.notice_unit]) + 3


def last_of_month(day: date) -> date:
    """Return the last day of the month that holds `day`."""
    return add_months(day.replace(day=1), 1) - timedelta(days=1)
