"""The plans of the demo: believable catalogues, courses and prices, the same for the same seed."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median

import pytest

from contracts.rules.calendar import business_calendar
from contracts.rules.names import normal_form
from contracts.rules.vocabulary import RenewalKind
from contracts.services.demo.catalog import VENDORS
from contracts.services.demo.clauses import draw_clause, end_with_anchor
from contracts.services.demo.company import CATEGORIES, DEPARTMENTS, PEOPLE
from contracts.services.demo.dice import Dice
from contracts.services.demo.portfolio import ContractPlan, Portfolio
from contracts.services.demo.prices import Price, next_price
from contracts.services.demo.timeline import Course

TODAY = date(2026, 11, 23)
MANY = 3000


@pytest.fixture(scope="module")
def plans() -> list[ContractPlan]:
    portfolio = Portfolio(7, TODAY)
    return [portfolio.contract(number) for number in range(MANY)]


def unit_rises(plans: list[ContractPlan]) -> list[float]:
    return [
        float(Fraction(after.unit_cents, before.unit_cents) - 1)
        for plan in plans
        for before, after in pairwise(plan.prices)
        if before.unit_cents and after.unit_cents
    ]


# What the catalog says


def test_every_vendor_has_a_known_calendar() -> None:
    assert not [fact.name for fact in VENDORS if business_calendar((fact.calendar,)).warnings]


def test_every_product_stands_in_a_category_and_every_category_is_used() -> None:
    assert {product.category for fact in VENDORS for product in fact.products} == set(CATEGORIES)


def test_no_two_vendors_share_a_normal_name() -> None:
    names = [normal_form(fact.name) for fact in VENDORS]
    assert len(names) == len(set(names)) >= 80


def test_every_vendor_sells_something_at_a_price() -> None:
    assert all(product.list_price > 0 for fact in VENDORS for product in fact.products)
    assert all(fact.products for fact in VENDORS)


def test_the_people_live_at_an_address_that_cannot_exist() -> None:
    assert {address.partition("@")[2] for address in PEOPLE} == {"example.com"}


def test_departments_name_parents_above_them_and_managers_who_exist() -> None:
    seen: set[str | None] = {None}
    for fact in DEPARTMENTS:
        assert fact.parent in seen
        assert fact.manager in PEOPLE
        seen.add(fact.name)


# What is drawn


def test_price_rises_lie_mostly_near_ten_percent(plans: list[ContractPlan]) -> None:
    rises = unit_rises(plans)
    assert len(rises) > 1000
    assert 0.09 <= median(rises) <= 0.105
    near = sum(0.06 <= rise <= 0.14 for rise in rises)
    assert near / len(rises) > 0.5


def test_price_rises_have_a_tail_that_ends_at_thirty_percent(plans: list[ContractPlan]) -> None:
    rises = unit_rises(plans)
    assert 0.27 < max(rises) <= 0.30
    assert min(rises) >= 0
    assert 0.02 < sum(rise > 0.2 for rise in rises) / len(rises) < 0.12


def test_a_cap_holds_but_for_a_few_breaches(plans: list[ContractPlan]) -> None:
    kept = Counter[bool]()
    for plan in plans:
        if plan.clause.cap_pct is not None:
            limit = float(plan.clause.cap_pct) / 100
            kept.update(rise <= limit + 1e-9 for rise in unit_rises([plan]))
    assert 0.02 < kept[False] / kept.total() < 0.1


def test_sizes_are_log_normal(plans: list[ContractPlan]) -> None:
    values = sorted(plan.prices[-1].annual_cents for plan in plans)
    middle = values[len(values) // 2]
    mean = sum(values) / len(values)
    assert mean > 1.4 * middle
    assert values[-1] > 20 * middle
    assert values[0] > 0


def test_most_contracts_look_back_on_three_to_five_years(plans: list[ContractPlan]) -> None:
    years = [
        (TODAY - plan.timeline.spans[0].start).days / 365.25
        for plan in plans
        if plan.course in (Course.RUNNING, Course.TO_DECIDE)
    ]
    assert 2.5 < median(years) < 5
    assert max(years) < 9


def test_some_renewals_begin_early_and_some_late(plans: list[ContractPlan]) -> None:
    gaps = Counter[str]()
    for plan in plans:
        for before, after in pairwise(plan.timeline.spans):
            if before.end is not None:
                days = (after.start - before.end).days
                gaps["early" if days < 1 else "late" if days > 1 else "on time"] += 1
    assert gaps["on time"] > 0.85 * gaps.total()
    assert min(gaps["early"], gaps["late"]) > 0.01 * gaps.total()


def test_terms_begin_before_they_end_and_one_after_another(plans: list[ContractPlan]) -> None:
    for plan in plans:
        spans = plan.timeline.spans
        assert all(span.end is None or span.start <= span.end for span in spans)
        starts = [span.start for span in spans]
        assert starts == sorted(set(starts))
        assert all(span.end is not None for span in spans[:-1])


def test_no_contract_that_renews_by_itself_has_simply_ended(plans: list[ContractPlan]) -> None:
    for plan in plans:
        end = plan.timeline.spans[-1].end
        if plan.timeline.renewal_kind == RenewalKind.AUTO and end is not None and end < TODAY:
            assert plan.timeline.cancelled_on is not None


@pytest.mark.parametrize(
    "course", [course for course in Course if course not in (Course.RUNNING, Course.TO_DECIDE)]
)
def test_every_course_of_a_contract_occurs(plans: list[ContractPlan], course: Course) -> None:
    assert sum(plan.course == course for plan in plans) > 10


def test_some_records_are_incomplete(plans: list[ContractPlan]) -> None:
    share_without = {
        "owner": sum(plan.purchase.owner is None for plan in plans) / MANY,
        "department": sum(plan.purchase.department is None for plan in plans) / MANY,
        "notice": sum(plan.clause.notice_value is None for plan in plans) / MANY,
    }
    assert all(0.005 < share < 0.25 for share in share_without.values()), share_without


def test_three_currencies_are_in_use(plans: list[ContractPlan]) -> None:
    assert {plan.purchase.currency for plan in plans} == {"EUR", "USD", "GBP"}


def test_some_bills_stay_flat_while_the_unit_price_rises(plans: list[ContractPlan]) -> None:
    hidden = sum(
        after.unit_cents > before.unit_cents and after.annual_cents <= before.annual_cents
        for plan in plans
        for before, after in pairwise(plan.prices)
        if before.unit_cents and after.unit_cents
    )
    assert hidden > 50


def test_an_add_on_ends_with_the_contract_it_adds_to(plans: list[ContractPlan]) -> None:
    pairs = [
        (plans[plan.number - 1], plan)
        for plan in plans
        if plan.purchase.title.endswith("added seats")
    ]
    assert len(pairs) > 50
    for base, added in pairs:
        assert added.purchase.vendor is base.purchase.vendor
        assert added.timeline.spans[-1].end == base.timeline.spans[-1].end
        assert added.prices[0].unit_cents == base.prices[-1].unit_cents


def test_the_segments_of_a_ramp_touch_and_grow(plans: list[ContractPlan]) -> None:
    ramps = [plan for plan in plans if plan.course == Course.RAMP]
    for plan in ramps:
        span = plan.timeline.spans[0]
        days = [(line.start, line.end) for line in plan.lines]
        assert days[0][0] == span.start
        for (_, end), (start, _) in pairwise(days):
            assert end is not None
            assert start == end + timedelta(days=1)
        quantities = [line.quantity for line in plan.lines]
        assert quantities == sorted(set(quantities))
        total = sum(line.quantity * line.unit_cents for line in plan.lines)
        assert plan.prices[0].annual_cents == total // 3


def test_the_lines_of_a_term_add_up_to_it(plans: list[ContractPlan]) -> None:
    for plan in plans:
        if plan.course != Course.RAMP:
            total = sum(line.quantity * line.unit_cents for line in plan.lines)
            assert total == plan.prices[-1].annual_cents


def test_invoices_lie_in_the_past_two_years(plans: list[ContractPlan]) -> None:
    days = [invoice.charged_on for plan in plans for invoice in plan.invoices]
    assert min(days) > TODAY - timedelta(days=731)
    assert max(days) <= TODAY


def test_nothing_is_invoiced_after_the_last_day_in_force(plans: list[ContractPlan]) -> None:
    for plan in plans:
        last = plan.timeline.cancelled_on
        assert last is None or all(invoice.charged_on <= last for invoice in plan.invoices)


def test_a_year_of_monthly_invoices_costs_the_annual_value(plans: list[ContractPlan]) -> None:
    checked = 0
    for plan in plans:
        price, span = plan.prices[-1], plan.timeline.spans[-1]
        bills = [bill for bill in plan.invoices if bill.charged_on >= span.start]
        if plan.clause.billing_frequency == "monthly" and len(bills) == 12:
            net = sum(bill.gross - bill.discount for bill in bills)
            assert 0 <= price.annual_cents - net < 12
            checked += 1
    assert checked > 5


def test_a_contract_does_not_depend_on_how_many_there_are() -> None:
    alone = Portfolio(7, TODAY).contract(84)
    portfolio = Portfolio(7, TODAY)
    among = [portfolio.contract(number) for number in range(100)][84]
    assert alone == among


def test_another_seed_is_another_portfolio() -> None:
    assert Portfolio(7, TODAY).contract(3) != Portfolio(8, TODAY).contract(3)


@pytest.mark.parametrize("number", range(40))
def test_an_end_is_found_for_a_wanted_anchor(number: int) -> None:
    clause = draw_clause(Dice(f"clause {number}"), plain=True)
    anchor = TODAY + timedelta(days=30)
    end = end_with_anchor(clause, "DE-BY", anchor)
    assert end >= anchor


@pytest.mark.parametrize("number", range(40))
def test_a_rise_never_passes_thirty_percent_even_in_cents(number: int) -> None:
    before = Price(annual_cents=99 * 333, quantity=99, unit_cents=333, list_cents=400)
    after = next_price(Dice(f"price {number}"), before, None)
    assert after.unit_cents is not None
    assert 333 <= after.unit_cents <= 333 * 1.3


def test_a_title_names_the_vendor_once(plans: list[ContractPlan]) -> None:
    titles = [(plan.purchase.vendor.name, plan.purchase.title) for plan in plans]
    assert not [title for vendor, title in titles if title.startswith(f"{vendor} {vendor}")]
    assert [title for vendor, title in titles if title.startswith(f"{vendor} ")]
