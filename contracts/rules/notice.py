"""From a notice clause to the days that matter: deadline, send-by, decide-by (R3-R8)."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from contracts.rules.calendar import (
    HOLIDAY_DATA_VERSION,
    ONE_DAY,
    BusinessCalendar,
    add_months,
)
from contracts.rules.period import Grain, period_end_on_or_before
from contracts.rules.proof import ProofStep
from contracts.rules.vocabulary import NoticeMethod, NoticeRule, NoticeUnit, RenewalKind

DEFAULT_REVIEW_BUFFER = 10
DELIVERY_LEADS: dict[str, int] = {
    NoticeMethod.PORTAL: 0,
    NoticeMethod.EMAIL: 1,
    NoticeMethod.COURIER: 3,
    NoticeMethod.REGISTERED_POST: 5,
}
PERIOD_RULES: dict[str, Grain] = {
    NoticeRule.MONTH_END: "month",
    NoticeRule.QUARTER_END: "quarter",
    NoticeRule.YEAR_END: "year",
}


@dataclass(frozen=True, slots=True)
class NoticeClause:
    """A notice clause as the contract writes it.

    `value` is None where no period is recorded; `delivery_lead_days` (business days) None takes the
    default of the method; the window opens `window_opens_value` units before the count starts.
    Raises ValueError for negative numbers.

    Source: R3, R6, R7, R8.
    """

    value: int | None = None
    unit: NoticeUnit = NoticeUnit.DAYS
    rule: NoticeRule = NoticeRule.BEFORE_RENEWAL
    window_opens_value: int | None = None
    window_opens_unit: NoticeUnit | None = None
    method: NoticeMethod = NoticeMethod.EMAIL
    delivery_lead_days: int | None = None
    review_buffer_days: int = DEFAULT_REVIEW_BUFFER

    def __post_init__(self) -> None:
        """Refuse numbers of days and months below zero."""
        numbers = (self.value, self.window_opens_value, self.delivery_lead_days)
        if min(self.review_buffer_days, *(number or 0 for number in numbers)) < 0:
            raise ValueError("a notice clause holds no negative numbers")

    @property
    def lead(self) -> int:
        """The business days that delivery takes, recorded or by the method's default (R8)."""
        if self.delivery_lead_days is not None:
            return self.delivery_lead_days
        return DELIVERY_LEADS[self.method]


@dataclass(frozen=True, slots=True)
class TermDates:
    """The days derived for one term; None where the term has no such day.

    `notice_deadline` is the contractual last day as R3 counts it, not rolled; `send_by` is rolled
    back to a business day and leaves time for delivery; `decide_by` leaves time to review.

    Source: R3, R4, R7, R8.
    """

    notice_deadline: date | None = None
    send_by: date | None = None
    decide_by: date | None = None
    window_opens: date | None = None
    proof: tuple[ProofStep, ...] = field(default=())


def deadline_dates(
    *,
    start: date,
    end: date | None,
    renewal_kind: RenewalKind,
    clause: NoticeClause,
    calendar: BusinessCalendar,
) -> TermDates:
    """Work out the notice deadline of a term and the days to send and decide by.

    Promise: never a deadline after `end`; no roll forwards; every step stands in the proof.
    `end` is the last day of service. Without an end there are no dates (R16). A renewing term
    without a notice period takes its end as deadline and says so; a fixed or manual one has none.
    Example: end 2026-12-31, 3 months -> 2026-09-30.

    Source: R3, R4, R5, R6, R7, R8.
    """
    if end is None or renewal_kind == RenewalKind.EVERGREEN:
        return TermDates(proof=(ProofStep("R16", "evergreen"),))
    if clause.value is None and renewal_kind != RenewalKind.AUTO:
        return TermDates(proof=(ProofStep("R3", "nothing_to_send", {"end": end.isoformat()}),))
    steps: list[ProofStep] = []
    counted_from = _count_start(clause, end, steps)
    _name_calendars(calendar, steps)
    deadline = _deadline(clause, counted_from, calendar, steps)
    if deadline < start:
        steps.append(ProofStep("R4", "before_start", {"start": start.isoformat()}, deadline))
    opens = _window(clause, counted_from, deadline, calendar, steps)
    send_by = _send_by(clause, deadline, calendar, steps)
    decide_by = calendar.business_days_before(send_by, clause.review_buffer_days)
    buffer = {"buffer": str(clause.review_buffer_days)}
    steps.append(ProofStep("R8", "review_buffer", buffer, decide_by))
    return TermDates(deadline, send_by, decide_by, opens, tuple(steps))


def units_before(day: date, value: int, unit: NoticeUnit, calendar: BusinessCalendar) -> date:
    """Go back `value` days, business days or calendar months from the day, itself not counted.

    Source: R3, R5.
    """
    if unit == NoticeUnit.MONTHS:
        return add_months(day, -value)
    if unit == NoticeUnit.BUSINESS_DAYS:
        return calendar.business_days_before(day, value)
    return day - timedelta(days=value)


def units_after(day: date, value: int, unit: NoticeUnit, calendar: BusinessCalendar) -> date:
    """Go forward `value` days, business days or calendar months from the day.

    Source: R6, R16.
    """
    if unit == NoticeUnit.MONTHS:
        return add_months(day, value)
    if unit == NoticeUnit.BUSINESS_DAYS:
        return calendar.business_days_after(day, value)
    return day + timedelta(days=value)


def _count_start(clause: NoticeClause, end: date, steps: list[ProofStep]) -> date:
    """Return the day after the last exit that the clause allows within the term."""
    if clause.value is None:
        steps.append(ProofStep("R3", "no_clause", {"end": end.isoformat()}, end))
        return end + ONE_DAY
    steps.append(ProofStep("R3", f"clause_{clause.unit}", {"value": str(clause.value)}))
    grain = PERIOD_RULES.get(clause.rule)
    last = period_end_on_or_before(end, grain) if grain else end
    rule, key = ("R6", f"from_{grain}_end") if grain else ("R3", "from_renewal")
    start = last + ONE_DAY
    steps.append(ProofStep(rule, key, {"end": last.isoformat(), "from": start.isoformat()}, start))
    return start


def _deadline(
    clause: NoticeClause, counted_from: date, calendar: BusinessCalendar, steps: list[ProofStep]
) -> date:
    """Count back from the start of the count: full units, or to that very day (R3, R5)."""
    if not clause.value:
        last = counted_from - ONE_DAY
        if clause.value == 0:
            steps.append(ProofStep("R3", "no_notice_needed", {}, last))
        return last
    back = units_before(counted_from, clause.value, clause.unit, calendar)
    params = {"value": str(clause.value), "from": counted_from.isoformat()}
    rule, key, result = "R3", f"counted_{clause.unit}", back
    if clause.unit == NoticeUnit.BUSINESS_DAYS:
        rule = "R5"
    elif clause.rule != NoticeRule.COUNTED_TO_RENEWAL:
        params["back"] = back.isoformat()
        key, result = f"full_{clause.unit}", back - ONE_DAY
    steps.append(ProofStep(rule, key, params, result))
    return result


def _window(
    clause: NoticeClause,
    counted_from: date,
    deadline: date,
    calendar: BusinessCalendar,
    steps: list[ProofStep],
) -> date | None:
    """Return the first day on which notice is valid, where the clause names one (R7)."""
    if clause.window_opens_value is None:
        return None
    unit = clause.window_opens_unit or clause.unit
    opens = units_before(counted_from, clause.window_opens_value, unit, calendar)
    steps.append(ProofStep("R7", "window_opens", {}, opens))
    if opens > deadline:
        days = {"opens": opens.isoformat(), "deadline": deadline.isoformat()}
        steps.append(ProofStep("R7", "window_empty", days, deadline))
    return opens


def _send_by(
    clause: NoticeClause, deadline: date, calendar: BusinessCalendar, steps: list[ProofStep]
) -> date:
    """Roll the deadline back to a business day, then leave the business days of delivery.

    Rolled first: a letter that needs one day and leaves on the Friday before a deadline on Sunday
    arrives on Monday, too late.
    """
    for day in calendar.days_off_back_from(deadline):
        steps.append(_rolled(day, calendar))
    arrival = calendar.roll_back(deadline)
    send_by = calendar.business_days_before(arrival, clause.lead)
    recorded = clause.delivery_lead_days is not None
    key = "lead_recorded" if recorded else f"lead_{clause.method}"
    steps.append(ProofStep("R8", key, {"lead": str(clause.lead)}, send_by))
    return send_by


def _rolled(day: date, calendar: BusinessCalendar) -> ProofStep:
    params, key = {"day": day.isoformat()}, "rolled_weekend"
    holiday = calendar.holiday_name(day)
    if holiday is not None:
        params["holiday"], key = holiday, "rolled_holiday"
    return ProofStep("R4", key, params, day - ONE_DAY)


def _name_calendars(calendar: BusinessCalendar, steps: list[ProofStep]) -> None:
    if calendar.codes:
        params = {"codes": ", ".join(calendar.codes), "version": HOLIDAY_DATA_VERSION}
        steps.append(ProofStep("R5", "calendars", params))
    else:
        steps.append(ProofStep("R5", "weekends_only"))
    steps.extend(ProofStep("R5", "calendar_unknown", {"code": code}) for code in calendar.warnings)
