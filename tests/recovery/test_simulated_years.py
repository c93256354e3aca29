"""F07: day by day through years in six time zones: nobody is told too late, twice, or on another day.

`make recovery` takes ten years; beside every alert stands a second computation of it.
"""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db.models import Count
from pytest_django import Settings

from contracts import tasks
from contracts.models import Alert, Contract, Delivery, Term, Vendor
from contracts.rules.occasions import DEFAULT_OFFSETS
from contracts.rules.vocabulary import AlertKind
from contracts.services import alerts, holds
from saas_tracker.accounts.models import User
from tests.recovery.conftest import Report
from tests.recovery.expected import Told, told

YEARS = int(os.environ.get("RECOVERY_YEARS", "0"))
DAYS, TERMS = (round(YEARS * 365.25), 140 * YEARS) if YEARS else (60, 120)
FIRST = date(2027, 1, 1)
LONGEST_OUTAGE = 30
# So many days after its day somebody sees a late alert; of some nobody ever does.
SEEN_AFTER = (None, 1, 5, 40)
# Daylight saving of each kind, half an hours, and both sides of the date line.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
)

pytestmark = pytest.mark.django_db


def add_portfolio(chance: Random) -> None:
    """Add terms with anchors all over the years, a few before and after them."""
    owner = User.objects.create_user("owner@tracker.example")
    vendor = Vendor.objects.create(name="Vendor", normal_name="vendor")
    contracts = Contract.objects.bulk_create(
        Contract(title=f"Contract {n}", vendor=vendor, owner=owner, currency="EUR")
        for n in range(TERMS)
    )
    Term.objects.bulk_create(term_of(contract, chance) for contract in contracts)


def term_of(contract: Contract, chance: Random) -> Term:
    anchor = FIRST + timedelta(days=chance.randint(-60, DAYS + 120))
    return Term(
        contract=contract,
        seq=1,
        start_date=anchor - timedelta(days=300),
        end_date=anchor + timedelta(days=chance.choice((0, 30, 91, 400))),
        annual_value=1000,
        is_open=True,
        anchor_kind=AlertKind.NOTICE_DEADLINE.value,
        anchor_date=anchor,
    )


def seen_on(term: int, anchor: date) -> date | None:
    """Return the day from which on the owner acknowledges what is late about a term."""
    after = SEEN_AFTER[term % len(SEEN_AFTER)]
    return anchor + timedelta(days=after) if after else None


def instants(zone: ZoneInfo, chance: Random) -> Iterator[tuple[date, datetime]]:
    """Yield local days on which the engine runs, and when: often seconds from midnight."""
    day = FIRST
    while day < FIRST + timedelta(days=DAYS):
        for _run in range(chance.choice((1, 1, 1, 1, 2))):
            seconds = chance.choice((1, 86_399, chance.randrange(86_400)))
            wall = datetime.combine(day, time(), tzinfo=zone) + timedelta(seconds=seconds)
            yield day, wall.astimezone(UTC)
        outage = chance.random() < 0.02
        day += timedelta(days=chance.randint(2, LONGEST_OUTAGE) if outage else 1)


def live(zone: ZoneInfo, chance: Random) -> list[date]:
    """Run the planner through all days; every message is accepted at once. Returns its days.

    What an outage of more than three days brings is held and goes out half an hour later.
    """
    days = []
    for day, instant in instants(zone, chance):
        with time_machine.travel(instant, tick=False):
            tasks.plan()
        later = instant + holds.PATIENCE
        holds.release_due(today=later.astimezone(zone).date(), now=later)
        assert not Delivery.objects.exclude(hold=None).exists()
        Delivery.objects.filter(state="pending").update(state="sent", sent_at=instant)
        acknowledge(day, instant)
        days.append(day)
    return sorted(set(days))


def acknowledge(day: date, instant: datetime) -> None:
    late = Alert.objects.filter(state="open", offset_days__lt=0)
    rows = late.values_list("pk", "term", "anchor_date", "term__contract__owner")
    for pk, term, anchor, owner in rows:
        if (on := seen_on(term, anchor)) and on <= day:
            alerts.acknowledge([pk], by=User.objects.get(pk=owner), now=instant)


def expected(runs: list[date]) -> dict[tuple[int, int], Told]:
    rows = Term.objects.values_list("pk", "anchor_date", "end_date")
    return {
        (pk, offset): one
        for pk, anchor, end in rows
        if anchor and end
        for offset, one in told(
            anchor, end, DEFAULT_OFFSETS, runs, seen_on=seen_on(pk, anchor)
        ).items()
    }


def seen(zone: ZoneInfo) -> dict[tuple[int, int], Told]:
    """Return what people were told, and on which local day it was recorded."""
    rows = Alert.objects.exclude(reason="collapsed")
    return {
        (term, offset): Told(due, created.astimezone(zone).date())
        for term, offset, due, created in rows.values_list(
            "term", "offset_days", "due_on", "created_at"
        )
    }


@pytest.mark.parametrize("name", ZONES)
def test_everybody_is_told_once_and_on_the_day(
    name: str, settings: Settings, report: Report
) -> None:
    settings.TIME_ZONE = name
    settings.STORM_MESSAGES_PER_HOUR = 100 * TERMS
    zone, chance = ZoneInfo(name), Random(name)
    add_portfolio(chance)
    runs = live(zone, chance)
    wanted, found = expected(runs), seen(zone)
    missed = wanted.keys() - found.keys()
    doubled = Alert.objects.annotate(n=Count("deliveries")).filter(n__gt=1).count()
    unheard = Alert.objects.exclude(reason="collapsed").exclude(deliveries__state="sent").count()
    wrong = {key for key in wanted.keys() & found.keys() if wanted[key] != found[key]}
    wrong |= found.keys() - wanted.keys()
    report(
        f"{name}, {DAYS} days, {len(runs)} with a run",
        f"{len(wanted)} alerts: missed {len(missed) + unheard}, doubled {doubled},"
        f" on the wrong day {len(wrong)}",
    )
    assert (missed, unheard, doubled, wrong) == (set(), 0, 0, set())
    assert len(wanted) > TERMS
