"""Which days stand in a calendar, and under which identity."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.rules.feeds import FeedDay, days_of, sequence, uid
from contracts.rules.vocabulary import AlertKind

CONTRACT = UUID("5f0c1b9e-6f0e-4d0f-9a77-0d0b6f1c2a34")
INSTANT = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS: dict[str, Any] = {
    "decide_by": date(2026, 9, 15),
    "send_by": date(2026, 9, 29),
    "notice_deadline": date(2026, 9, 30),
    "end": date(2026, 12, 31),
}


def test_a_renewing_term_shows_when_to_decide_to_send_and_the_deadline() -> None:
    assert days_of(AlertKind.NOTICE_DEADLINE, **DAYS) == [
        (FeedDay.DECIDE_BY, date(2026, 9, 15)),
        (FeedDay.SEND_BY, date(2026, 9, 29)),
        (FeedDay.NOTICE_DEADLINE, date(2026, 9, 30)),
    ]


def test_a_term_that_just_ends_shows_its_last_day_alone() -> None:
    assert days_of(AlertKind.TERM_END, **DAYS) == [(FeedDay.TERM_END, date(2026, 12, 31))]


def test_a_day_that_is_not_known_is_not_shown() -> None:
    unknown = DAYS | {"decide_by": None}
    kinds = [kind for kind, _ in days_of(AlertKind.NOTICE_DEADLINE, **unknown)]
    assert kinds == [FeedDay.SEND_BY, FeedDay.NOTICE_DEADLINE]


def test_two_days_that_fall_together_stay_two_events() -> None:
    same = DAYS | {"send_by": DAYS["notice_deadline"]}
    assert len(days_of(AlertKind.NOTICE_DEADLINE, **same)) == 3


def test_the_identity_is_the_same_for_ever() -> None:
    # Written down: another value would give every subscriber all events a second time.
    expected = "6866012c-dde8-501b-9737-3c64707bf55a@tracker.example"
    assert uid(CONTRACT, 1, FeedDay.SEND_BY, "tracker.example") == expected


def test_contracts_terms_and_kinds_have_identities_of_their_own() -> None:
    other = UUID(int=7)
    made = {uid(c, n, k, "h") for c in (CONTRACT, other) for n in (1, 2, 11) for k in FeedDay}
    assert len(made) == 2 * 3 * len(FeedDay)


@pytest.mark.parametrize(
    ("later", "versions"),
    [
        (timedelta(0), [1, 2, 1]),
        (timedelta(milliseconds=1), [2, 1, 1]),
        (timedelta(seconds=1), [1, 1, 1]),
        (timedelta(days=400), [1, 1, 1]),
    ],
)
def test_the_sequence_grows_with_an_edit_or_a_second(later: timedelta, versions: list[int]) -> None:
    assert sequence(INSTANT + later, versions) > sequence(INSTANT, [1, 1, 1])


def test_the_sequence_fits_into_the_number_of_the_standard() -> None:
    assert 0 < sequence(datetime(2087, 12, 31, tzinfo=UTC), [1000, 1000, 1000]) < 2**31
