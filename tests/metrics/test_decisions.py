"""Silent renewals in the tables: each kind of decision, its day, and random ones against the rule."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest

from contracts.models import Contract, Term
from contracts.rules.period import Period
from contracts.services import ledger, records, renewals
from metrics.queries.decisions import decision_rows, decisions
from metrics.queries.figures import silent_renewals
from metrics.queries.question import Question, Scope
from metrics.rules.decisions import Decision, decision
from tests.factories import UserFactory
from tests.metrics.stories import ContractStory, tell, years

pytestmark = pytest.mark.django_db
AS_OF = date(2024, 3, 1)
AUTUMN = Question(Period(date(2023, 9, 1), date(2023, 11, 30)), AS_OF)
# Terms of 2023 with 60 days' notice are to be decided by this day.
DEADLINE = date(2023, 11, 1)


def story(name: str, *values: int, **parts: object) -> ContractStory:
    return ContractStory(name, years(2023, *values), notice=60, **parts)  # type: ignore[arg-type]  # by name


def outcomes(question: Question = AUTUMN) -> dict[str, int]:
    """Return how many terms had which outcome, in euros."""
    return {k.value: n for k, n in decisions(question)["EUR"].count.items()}


def entered(name: str, seq: int, on: date) -> None:
    """Say when a term was entered."""
    moment = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    Term.objects.filter(contract__title=name, seq=seq).update(created_at=moment)


def test_each_kind_of_decision_counts_from_its_day() -> None:
    tell(
        story("signed", 100, 110),
        story("signed late", 100, 110),
        story("entered", 100, 110),
        story("imported", 100, 110),
        story("assumed", 100, 100),
        story("forgotten", 100),
        story("forgotten, fixed", 100, auto=False),
        story("left", 100, cancelled=date(2023, 12, 31)),
        story("noticed", 100),
        story("noticed late", 100),
        story("free", 0),
    )
    terms = Term.objects.filter(seq=2)
    terms.filter(contract__title="signed").update(signed_on=DEADLINE)
    terms.filter(contract__title="signed late").update(signed_on=DEADLINE + timedelta(1))
    terms.filter(contract__title="assumed").update(is_assumed=True)
    entered("entered", 2, date(2023, 10, 5))
    entered("imported", 2, date(2024, 1, 1))
    Contract.objects.filter(title="left").update(notice_given_on=date(2023, 10, 1))
    Contract.objects.filter(title="noticed").update(notice_given_on=DEADLINE)
    Contract.objects.filter(title="noticed late").update(notice_given_on=DEADLINE + timedelta(1))
    assert {
        each: sorted(row.contract for row in decision_rows(AUTUMN, each, 20)) for each in Decision
    } == {
        Decision.DECIDED: ["entered", "left", "noticed", "signed"],
        Decision.LATE: ["signed late"],
        Decision.SILENT: ["assumed", "forgotten", "noticed late"],
        Decision.LAPSED: ["forgotten, fixed"],
        Decision.UNDATED: ["imported"],
        Decision.OPEN: [],
    }
    printed = silent_renewals(AUTUMN)["decisions_EUR"]
    assert printed["due"] == 9
    assert printed["on_time_rate"] == "0.444444"
    assert (printed["silent"], printed["silent_value"]) == (3, "300.00")
    assert printed["undated_value"] == "100.00"


def test_a_fixed_contract_that_nobody_decided_lapsed() -> None:
    tell(story("A", 100, auto=False))
    winter = Question(Period(date(2023, 9, 1), date(2024, 1, 31)), AS_OF)
    assert outcomes(winter) == {"lapsed": 1}


def test_a_deadline_ahead_is_open_and_its_answer_depends_on_the_day_of_asking() -> None:
    tell(story("A", 100, 100))
    Term.objects.filter(seq=2).update(signed_on=date(2023, 12, 15))
    days = {
        date(2023, 10, 1): "open",
        DEADLINE: "open",
        date(2023, 11, 2): "silent",
        date(2023, 12, 15): "late",
    }
    for day, expected in days.items():
        assert outcomes(Question(AUTUMN.window, day)) == {expected: 1}


def test_the_day_a_cancellation_was_entered_is_in_its_history() -> None:
    rows = tell(story("A", 100))
    contract = rows["A"]
    renewals.cancel(contract, last_day=date(2023, 12, 31), reason="gone")
    contract.history.update(history_date=datetime(2023, 10, 20, 9, tzinfo=UTC))
    assert outcomes() == {"decided": 1}
    contract.history.update(history_date=datetime(2023, 11, 20, 9, tzinfo=UTC))
    assert outcomes() == {"late": 1}


def test_a_contract_that_rolled_over_by_itself_is_silent() -> None:
    tell(story("A", 100))
    entered("A", 1, date(2023, 1, 1))
    assert renewals.roll_over(today=date(2024, 1, 2)) == 1
    assert outcomes() == {"silent": 1}
    (row,) = decision_rows(AUTUMN, Decision.SILENT, 5)
    assert (row.deadline, row.annual_value, row.decided_on) == (DEADLINE, Fraction(100), None)


def test_nobody_counts_what_they_may_not_read() -> None:
    tell(story("A", 100))
    nothing = Question(AUTUMN.window, AS_OF, scope=Scope.of(UserFactory()))
    assert decisions(nothing) == {}
    assert decision_rows(nothing, Decision.SILENT, 5) == []


def about(random: Random) -> date:
    """Return a day before, on or after the deadline."""
    return DEADLINE + timedelta(random.choice([-30, -1, 0, 1, 30, 90]))


def test_the_statement_agrees_with_the_rule_on_random_decisions() -> None:
    random = Random(5)
    told = [story(f"A{n}", 100, 100, auto=random.random() < 0.7) for n in range(120)]
    contracts = tell(*told)
    expected: list[Decision] = []
    for each in told:
        deadline = DEADLINE
        signed = random.choice([None, about(random), about(random)])
        assumed, made = signed is None and random.random() < 0.4, about(random)
        Term.objects.filter(contract=contracts[each.name], seq=2).update(
            signed_on=signed, is_assumed=assumed
        )
        entered(each.name, 2, made)
        decided = None if assumed else signed or made
        undated = not assumed and signed is None and made > date(2023, 12, 31)
        expected.append(decision(deadline, decided, as_of=AS_OF, auto=each.auto, undated=undated))
    for outcome in Decision:
        rows = decision_rows(AUTUMN, outcome, 500)
        assert len(rows) == expected.count(outcome) == outcomes().get(outcome.value, 0)
        total = sum((row.annual_value for row in rows), Fraction(0))
        assert total == decisions(AUTUMN)["EUR"].value.get(outcome, 0)


def test_a_stored_renewal_is_a_decision_of_today(time_machine: object) -> None:
    time_machine.move_to("2023-10-31")  # type: ignore[attr-defined]  # the fixture is untyped
    rows = tell(story("A", 100))
    proposal = renewals.propose(rows["A"])
    renewals.renew(rows["A"], proposal=proposal)
    records.store(rows["A"].terms.get(seq=2))
    ledger.refresh([rows["A"].pk])
    assert outcomes() == {"decided": 1}
