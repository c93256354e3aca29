"""F08: contracts are created, edited, renewed, cancelled; days pass with and without the engine.

Whatever the order: one alert per key, nobody is told of what no longer holds, no message goes out
twice, and after each plan the auditor's own computation finds nothing missing and nothing too much.
"""

import os
import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contracts.models import Alert, Contract, Delivery
from contracts.queries import audit
from contracts.rules.messages import Message, Refused, Sent
from contracts.services import alerts, deliveries, leases, records, renewals
from tests import factories

LONG = "RECOVERY_ALERTS" in os.environ
EXAMPLES, STEPS = (200, 50) if LONG else (12, 25)
FIRST = date(2026, 1, 5)
DAYS = st.integers(1, 45)

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


class Mailbox:
    """A receiver that accepts, refuses for now, or refuses for good, as it is told."""

    def __init__(self) -> None:
        self.answer: bool | None = None
        self.taken: set[str] = set()

    def send(self, message: Message, *, timeout: float) -> Sent:
        if self.answer is not None:
            raise Refused("no", permanent=self.answer)
        alert = Delivery.objects.get(dedup_key=uuid.UUID(message.delivery_id)).subject_alert
        term = alert.term
        assert alert.state == "open", "stale"
        assert (term.is_open, term.anchor_date) == (True, alert.anchor_date), "stale"
        assert message.delivery_id not in self.taken, "a copy"
        self.taken.add(message.delivery_id)
        return Sent(provider_id=message.delivery_id)


class Lives(RuleBasedStateMachine):
    """A small portfolio; each life is undone at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.day, self.minutes = FIRST, 0
        self.mailbox = Mailbox()

    def teardown(self) -> None:
        keys = Alert.objects.values_list("term", "kind", "offset_days", "anchor_date")
        assert len(keys) == len(set(keys))
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @property
    def now(self) -> datetime:
        return datetime.combine(self.day, time(8), tzinfo=UTC) + timedelta(minutes=self.minutes)

    @initialize()
    def somebody_is_there(self) -> None:
        self.owner = factories.UserFactory.create()
        factories.AdministratorFactory.create()

    @rule(
        kind=st.sampled_from(["auto", "auto", "manual", "fixed"]),
        days=st.integers(20, 400),
        notice=st.sampled_from([0, 30, 90]),
    )
    def create(self, kind: str, days: int, notice: int) -> None:
        contract = factories.ContractFactory.create(
            owner=self.owner, renewal_kind=kind, notice_value=notice
        )
        end = self.day + timedelta(days=days)
        term = factories.TermFactory.build(
            contract=contract, start_date=end - timedelta(days=364), end_date=end
        )
        records.store(term)

    def one(self, data: Any) -> Contract:
        pk = data.draw(st.sampled_from(list(Contract.objects.values_list("pk", flat=True))))
        found: Contract = Contract.objects.get(pk=pk)
        return found

    def attempt(self, move: Any) -> None:
        """Make a move that may not be allowed; refused, it must change nothing."""
        try:
            with transaction.atomic():
                move()
        except ValidationError:
            return

    @precondition(lambda self: Contract.objects.exists())
    @rule(data=st.data(), notice=st.sampled_from([0, 14, 60, 120]))
    def edit_the_clause(self, data: Any, notice: int) -> None:
        contract = self.one(data)
        contract.notice_value = notice
        records.store(contract)

    @precondition(lambda self: Contract.objects.exists())
    @rule(data=st.data(), days=st.integers(-60, 60))
    def move_the_end(self, data: Any, days: int) -> None:
        term = self.one(data).terms.latest("seq")
        if term.end_date is None:
            return
        term.end_date += timedelta(days=days)
        self.attempt(lambda: records.store(term))

    @precondition(lambda self: Contract.objects.exists())
    @rule(data=st.data())
    def renew(self, data: Any) -> None:
        contract = self.one(data)
        self.attempt(lambda: renewals.renew(contract, proposal=renewals.propose(contract)))

    @precondition(lambda self: Contract.objects.exists())
    @rule(data=st.data(), days=st.integers(0, 200))
    def cancel(self, data: Any, days: int) -> None:
        contract, last = self.one(data), self.day + timedelta(days=days)
        self.attempt(lambda: renewals.cancel(contract, last_day=last, reason="unused"))

    @precondition(lambda self: Contract.objects.exists())
    @rule(data=st.data())
    def give_notice(self, data: Any) -> None:
        contract = self.one(data)
        self.attempt(lambda: renewals.give_notice(contract, given_on=self.day))

    @rule(days=DAYS)
    def days_pass(self, days: int) -> None:
        self.day += timedelta(days=days)

    @rule()
    def roll_over(self) -> None:
        renewals.roll_over(today=self.day)

    @rule()
    def plan(self) -> None:
        alerts.raise_due(today=self.day, now=self.now)
        found = audit.breaches_in(Contract.objects.values_list("pk", flat=True), today=self.day)
        assert (found.missing, found.unexpected, found.silent) == (set(), set(), set())
        assert (found.wrong_days, found.without_anchor) == (set(), set())

    @rule(answer=st.sampled_from([None, None, None, False, True]))
    def send(self, answer: bool | None) -> None:
        self.mailbox.answer = answer
        sender = deliveries.Sender(lambda: self.now, lambda: 0.0, ways={"email": self.mailbox})
        while claims := leases.claim(now=self.now, limit=4):
            for held in claims:
                deliveries.send_one(held, sender)
        self.minutes += 1

    @rule()
    def acknowledge(self) -> None:
        first = Alert.objects.filter(state="open").order_by("pk").values_list("pk", flat=True)[:1]
        alerts.acknowledge(list(first), by=self.owner, now=self.now)


def test_whatever_happens_to_contracts_the_right_alerts_are_there_and_none_is_stale() -> None:
    limits = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Lives, settings=limits)
