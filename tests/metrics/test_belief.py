"""What was believed on a past day is what was answered on that day, whatever was edited since."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection

from contracts.models import (
    Budget,
    Category,
    Charge,
    Contract,
    ContractLink,
    Department,
    FxRate,
    Term,
    Vendor,
)
from contracts.rules.period import Period
from contracts.rules.vocabulary import LinkKind
from contracts.services import ledger, records, renewals
from metrics.queries.belief import as_believed
from metrics.queries.catalogue import METRICS
from metrics.queries.figures import figures
from metrics.queries.question import Question
from tests.contracts.pages import superuser

pytestmark = pytest.mark.django_db
FIRST = date(2025, 3, 3)
SEEDS = int(os.environ.get("BELIEF_SEEDS", "2"))
WINDOW = Period(date(2024, 1, 1), date(2025, 12, 31))


class Editor:
    """Somebody who does to a portfolio whatever the services allow, drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.number = 0
        self.moves: list[Callable[[], Any]] = [
            self.sign,
            self.sign,
            self.renew,
            self.renew,
            self.cancel,
            self.notice,
            self.correct,
            self.withdraw,
            self.remove,
            self.link,
            self.unlink,
            self.charge,
            self.fix,
            self.plan,
            self.rename,
            self.move,
        ]

    def work(self) -> None:
        """Make a few moves; what is not allowed is left."""
        for _ in range(4):
            try:
                self.random.choice(self.moves)()
            except (ValidationError, IndexError):
                continue

    def one(self, model: Any) -> Any:
        return self.random.choice(list(model.objects.order_by("pk")))

    def day(self) -> date:
        return FIRST + timedelta(days=self.random.randrange(-500, 300))

    def amount(self) -> Decimal:
        return Decimal(self.random.randrange(10_000))

    def sign(self) -> None:
        self.number += 1
        contract = Contract(
            title=f"C{self.number}",
            external_reference=f"C{self.number}",
            vendor=self.one(Vendor),
            category=self.one(Category),
            department=self.one(Department),
            currency=self.random.choice(["EUR", "USD"]),
            notice_value=self.random.choice([None, 30]),
        )
        records.store(contract)
        start = self.day()
        for number in range(self.random.randint(1, 2)):
            first = start + timedelta(days=365 * number)
            term = Term(
                contract=contract,
                start_date=first,
                end_date=first + timedelta(days=364),
                annual_value=self.amount(),
            )
            records.store(term)

    def renew(self) -> None:
        contract = self.one(Contract)
        proposal = renewals.propose(contract)
        renewals.renew(contract, proposal=replace(proposal, annual_value=self.amount()))

    def cancel(self) -> None:
        renewals.cancel(self.one(Contract), last_day=self.day(), reason="left")

    def notice(self) -> None:
        renewals.give_notice(self.one(Contract), given_on=self.day())

    def correct(self) -> None:
        term = self.one(Term)
        term.annual_value = self.amount()
        records.store(term)

    def withdraw(self) -> None:
        contract = self.one(Contract)
        contract.cancelled_on = None
        records.store(contract)

    def remove(self) -> None:
        records.remove(self.one(self.random.choice([Term, Term, Contract])))

    def link(self) -> None:
        pair = {"from_contract": self.one(Contract), "to_contract": self.one(Contract)}
        records.store(ContractLink(kind=LinkKind.REPLACEMENT.value, **pair))

    def unlink(self) -> None:
        records.remove(self.one(ContractLink))

    def charge(self) -> None:
        self.number += 1
        vendor = self.one(Vendor)
        records.store(
            Charge(
                source="told",
                external_id=str(self.number),
                vendor=vendor,
                charged_on=self.day(),
                currency="EUR",
                gross=self.amount(),
            )
        )

    def fix(self) -> None:
        rate = FxRate(fixed_on=self.day(), quote="USD", rate=Decimal("1.1"), source="told")
        records.store(rate)

    def plan(self) -> None:
        budget = Budget.objects.first() or Budget(
            fiscal_year=2024, dimension="total", currency="EUR"
        )
        budget.amount = self.amount()
        records.store(budget)

    def rename(self) -> None:
        row = self.one(self.random.choice([Vendor, Category, Department]))
        self.number += 1
        row.name = f"{type(row).__name__} {self.number}"
        records.store(row)

    def move(self) -> None:
        contract = self.one(Contract)
        contract.department, contract.vendor = self.one(Department), self.one(Vendor)
        records.store(contract)


def question(day: date) -> Question:
    return Question(WINDOW, day)


def asked(day: date, believed_on: date | None = None) -> Any:
    """Return every figure, without the day of belief itself."""
    whole = replace(question(day), believed_on=believed_on)
    found = figures(whole) | METRICS["silent-renewals"].answer(whole)["figures"]
    found.pop("believed_on", None)
    return found


def stand(text: str) -> None:
    for model in (Vendor, Category, Department):
        records.store(model(name=f"{model.__name__} {text}"))


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_what_was_answered_on_a_day_is_answered_for_that_day_ever_after(
    seed: int, time_machine: Any
) -> None:
    """Signed, renewed, cancelled, corrected, renamed, moved, linked, deleted, charged, planned."""
    editor, answers = Editor(seed), {}
    for number in range(10):
        today = FIRST + timedelta(days=13 * number)
        time_machine.move_to(datetime.combine(today, datetime.min.time(), UTC) + timedelta(hours=9))
        if number < 2:
            stand(str(number))
            editor.sign()
        editor.work()
        answers[today] = asked(today)
    time_machine.move_to(datetime(2027, 1, 1, 12, tzinfo=UTC))
    assert len({json.dumps(each) for each in answers.values()}) == len(answers)
    for day, answer in answers.items():
        assert asked(day, believed_on=day) == answer
    (day, answer) = editor.random.choice(list(answers.items())[:-1])
    assert asked(day, believed_on=day + timedelta(days=12)) == answer
    assert ledger.check() == []


@pytest.fixture
def corrected(time_machine: Any) -> Term:
    """Return a term of 1,000 that was corrected to 1,500 on 10 May."""
    time_machine.move_to("2025-03-03T10:00:00+00:00")
    stand("A")
    Editor(1).sign()
    term = Term.objects.get(seq=1)
    term.start_date, term.end_date = date(2025, 1, 1), date(2025, 12, 31)
    term.annual_value = Decimal(1000)
    Term.objects.exclude(pk=term.pk).delete()
    records.store(term)
    time_machine.move_to("2025-05-10T10:00:00+00:00")
    term.annual_value = Decimal(1500)
    return records.store(term)


def annualised(day: date | None) -> Any:
    return figures(replace(question(date(2025, 6, 30)), believed_on=day))["accrual_year"]


def test_a_day_ends_with_its_last_entry(corrected: Term) -> None:
    currency = corrected.contract.currency
    assert annualised(None) == annualised(date(2025, 5, 10)) == {f"2025|{currency}": "1500.00"}
    assert annualised(date(2025, 5, 9)) == {f"2025|{currency}": "1000.00"}
    assert annualised(date(2025, 3, 2)) == {}


def test_looking_back_leaves_everything_as_it_is(corrected: Term) -> None:
    with as_believed(date(2025, 4, 1)):
        assert Term.objects.get().annual_value == 1000
        Term.objects.update(annual_value=7)
        ContractLink.objects.all().delete()
        Term.objects.all().delete()
    assert Term.objects.get().annual_value == 1500
    assert ledger.check() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM contracts_ledgerentry")
        assert cursor.fetchone() != (0,)


def test_an_error_on_the_way_leaves_nothing_behind(corrected: Term) -> None:
    with pytest.raises(KeyError), as_believed(date(2025, 4, 1)):
        raise KeyError
    assert Term.objects.get().annual_value == 1500


def test_a_row_without_history_counts_from_the_moment_it_was_made(corrected: Term) -> None:
    corrected.history.all().delete()
    currency = corrected.contract.currency
    assert annualised(date(2025, 3, 3)) == {f"2025|{currency}": "1500.00"}
    assert annualised(date(2025, 3, 2)) == {}


@pytest.mark.parametrize(
    ("page", "then", "now"),
    [
        ("/metrics/decisions/?first=2025-01-01&last=2026-12-31&as_of=2025-05-09", "1,000", "1,500"),
        # Of 31 days of May.
        ("/metrics/forecast/?as_of=2025-04-30&source=terms", "84.93", "127.40"),
        ("/api/v1/metrics/forecast-distribution/?as_of=2025-04-30&source=terms", "84.93", "127.40"),
    ],
)
def test_forecast_and_decisions_take_the_day_of_belief(
    corrected: Term, page: str, then: str, now: str
) -> None:
    client = superuser()
    answer = client.get(f"{page}&believed_on=2025-05-09").content.decode()
    assert then in answer
    assert now not in answer
    answer = client.get(page).content.decode()
    assert now in answer
    assert then not in answer


def test_the_command_takes_the_day_of_belief(corrected: Term) -> None:
    out = StringIO()
    days = ("--from", "2025-01-01", "--to", "2025-12-31", "--believed-on", "2025-05-09")
    call_command("figures", *days, stdout=out)
    found = json.loads(out.getvalue())
    assert (found["believed_on"], found["as_of"]) == ("2025-05-09", "2025-05-09")
    assert list(found["accrual_year"].values()) == ["1000.00"]
