"""Futures drawn from renewals: what is known is certain, what is not is drawn from what was seen."""

from dataclasses import replace
from datetime import date

from contracts.rules.period import Period
from metrics.rules import forecast_renewals as drawn
from metrics.rules.forecast_facts import (
    DAY,
    LOST,
    RATIO,
    ContractFacts,
    Months,
    TermFacts,
    answered,
    as_known,
    cost_by_month,
    renewals_ahead,
    with_ends,
)

YEAR = 3650_0000
NEXT = Period(date(2025, 1, 1), date(2025, 12, 31))


def year(number: int, value: int = YEAR, known: date | None = None) -> TermFacts:
    start = date(2021 + number, 1, 1)
    return TermFacts(number, start, date(2021 + number, 12, 31), value, known or start)


def contract(key: int = 1, *terms: TermFacts, **values: object) -> ContractFacts:
    plain = ContractFacts(key, vendor=1, category=1, currency="EUR", auto=True, terms=terms)
    return replace(plain, **values)  # type: ignore[arg-type]  # fields by name


def test_a_year_costs_its_value_and_a_month_its_days() -> None:
    found = cost_by_month(contract(1, year(4)), Months(NEXT))
    assert sum(found) == YEAR * DAY
    assert found[1] == YEAR * DAY * 28 // 365


def test_of_a_later_day_nothing_is_known() -> None:
    early, late = year(3), year(4, known=date(2024, 12, 1))
    both = contract(1, early, late)
    before = as_known(both, date(2024, 11, 30))
    assert before is not None
    assert before.terms == (early,)
    assert as_known(both, date(2024, 12, 1)) == both
    assert as_known(both, date(2023, 12, 31)) is None


def test_a_cancellation_is_known_from_its_notice_on() -> None:
    left = contract(1, year(3), cancelled_on=date(2024, 12, 31), leaving_known_on=date(2024, 9, 1))
    assert as_known(left, date(2024, 8, 31)) == replace(left, cancelled_on=None)
    assert as_known(left, date(2024, 9, 1)) == left


def test_an_answered_renewal_is_a_ratio_or_a_loss_and_an_open_one_is_not_seen() -> None:
    rising = contract(1, year(1, 100), year(2, 110), year(3, 55))
    seen = list(answered(rising, date(2025, 1, 10)))
    assert [each.ratio for each in seen] == [1_100_000, 500_000]
    assert [each.ratio for each in answered(rising, date(2025, 1, 31))] == [
        1_100_000,
        500_000,
        LOST,
    ]


def test_a_term_of_no_value_says_nothing() -> None:
    assert list(answered(contract(1, year(1, 0), year(2, 50)), date(2023, 12, 1))) == []


def test_a_renewal_ahead_costs_from_the_day_after_the_end() -> None:
    months = Months(Period(date(2024, 7, 1), date(2025, 6, 30)))
    (first,) = renewals_ahead(contract(1, year(3)), months)
    assert first[:6] == [0] * 6
    assert sum(first) == YEAR * DAY * 181 // 365


def test_lapsed_and_left_contracts_do_not_come_back() -> None:
    months = Months(NEXT)
    assert renewals_ahead(contract(1, year(2)), months) == []
    left = contract(1, year(3), cancelled_on=date(2024, 12, 31))
    assert renewals_ahead(left, months) == []


def test_an_endless_contract_may_be_left_on_each_anniversary() -> None:
    endless = contract(1, TermFacts(1, date(2022, 5, 1), None, YEAR, date(2022, 5, 1)))
    closed = with_ends(endless, date(2024, 12, 31))
    assert closed.terms[0].end == date(2025, 4, 30)
    certain = cost_by_month(closed, Months(NEXT))
    assert certain[3] > 0
    assert certain[4] == 0
    assert len(renewals_ahead(closed, Months(NEXT))) == 1


def outlook(*contracts: ContractFacts) -> drawn.Outlook:
    return drawn.outlook(contracts, Months(NEXT))


def test_what_is_signed_is_in_every_future() -> None:
    known = outlook(contract(1, year(4, known=date(2024, 6, 1))))
    assert {sum(each) for each in drawn.futures(known, 1, 30)["EUR"]} == {YEAR * DAY}


def test_without_any_renewal_seen_the_futures_renew_or_leave_only_by_surplus() -> None:
    known = outlook(contract(1, year(3)))
    found = {sum(each) for each in drawn.futures(known, 1, 200)["EUR"]}
    assert found == {0, YEAR * DAY}
    assert sum(known.flat("EUR")) == YEAR * DAY


def test_futures_follow_the_renewals_of_the_own_vendor() -> None:
    """Vendor 1 always doubled, vendor 2 always stayed."""
    doubling = [contract(n, year(1, 100), year(2, 200), year(3, 400), vendor=1) for n in range(40)]
    steady = [
        contract(100 + n, year(1, 100), year(2, 100), year(3, 100), vendor=2) for n in range(40)
    ]
    vendors = {1: outlook(*doubling, *steady), 2: outlook(*steady, *doubling)}
    known = vendors[1]
    grown = sum(sum(each) for each in drawn.futures(known, 5, 100)["EUR"]) / 100
    flat = sum(known.flat("EUR"))
    # 40 contracts at 400 double to 800, 40 at 100 stay: 36,000 of 20,000, less some losses.
    assert 1.4 * flat < grown < 1.85 * flat


def test_the_same_seed_gives_the_same_futures_and_another_one_others() -> None:
    facts = [contract(n, year(1, 100), year(2, 100 + n), year(3, 120)) for n in range(20)]
    known = outlook(*facts)
    assert drawn.futures(known, 3, 20) == drawn.futures(outlook(*facts), 3, 20)
    assert drawn.futures(known, 3, 20) != drawn.futures(known, 4, 20)


def test_more_losses_seen_lower_the_futures() -> None:
    def middle(losses: int) -> int:
        lost = [contract(n, year(2, 100), category=1) for n in range(losses)]
        kept = [contract(50 + n, year(2, 100), year(3, 100)) for n in range(30)]
        rows = drawn.futures(outlook(*lost, *kept), 1, 60)["EUR"]
        return sum(map(sum, rows))

    assert middle(0) > 1.2 * middle(30)


def test_the_small_contracts_are_bundled_without_losing_a_cent() -> None:
    many = [
        drawn.Agreement(n, n % 3, n % 2 == 0, [[0, n], [n, 0]])
        for n in range(1, drawn.SINGLE + 301)
    ]
    rows = drawn.bundled(many)
    assert len(rows) < drawn.SINGLE + 20
    assert sum(each.count for each in rows) == len(many)
    assert sum(sum(map(sum, each.steps)) for each in rows) == sum(
        sum(map(sum, each.steps)) for each in many
    )


def test_habits_count_the_lost_and_name_the_middle_of_the_others() -> None:
    rows = contract(1, year(1, 100), year(2, 110), year(3, 121))
    seen = tuple(answered(rows, date(2025, 3, 1)))
    assert drawn.habits(seen) == (3, 1, 1_100_000)
    assert drawn.habits(()) == (0, 0, RATIO)
