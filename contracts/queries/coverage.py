"""Every contract with its next alert and who hears of it, or the reason why there is none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from contracts.queries.audit import CHUNK, Audited, audited, offsets_in_force
from contracts.queries.reach import reach_of
from contracts.rules.alerts import ENDED_REACH, MISSED_REACH, due_on
from contracts.rules.audit import Silence
from contracts.rules.calendar import ONE_DAY, BusinessCalendar, business_calendar
from contracts.rules.vocabulary import ChannelKind


class Gap(StrEnum):
    """Why a contract that should have an alert cannot have it."""

    NOBODY = "nobody"
    DIFFERS = "differs"


REASONS: Mapping[str, Any] = {
    Silence.DRAFT: _("draft: nothing is agreed yet"),
    Silence.CONTINUED: _("another contract continues it"),
    Silence.CANCELLED: _("decided: cancelled"),
    Silence.NO_TERM: _("it has no term"),
    Silence.EVERGREEN: _("evergreen: no end to decide about"),
    Silence.NOTICE_GIVEN: _("decided: notice was given"),
    Silence.ENDED: _("it ended more than a month ago"),
    Silence.LONG_AGO: _("its day passed more than a year ago"),
    Silence.MISSED: _("its day has passed; the last alert is open until somebody decides"),
    Gap.NOBODY: _("NO ALERT: nobody can be told"),
    Gap.DIFFERS: _("NO ALERT: the stored days do not follow from the contract"),
}


@dataclass(frozen=True, slots=True)
class Covered:
    """One contract: `next_on` with `to`, or a `reason`; `is_gap` where that reason is none."""

    contract_id: int
    title: str
    vendor: str
    anchor: date | None
    next_on: date | None
    to: tuple[str, ...]
    channel: str
    word: str

    @property
    def is_gap(self) -> bool:
        """Say whether an alert should come and cannot."""
        return self.word in set(Gap)

    @property
    def reason(self) -> Any:
        """Return why no alert is to come, in words; empty where one is."""
        return REASONS.get(self.word, "")


def live_contracts(contracts: QuerySet[Any], today: date) -> QuerySet[Any]:
    """Keep what is agreed and not over for more than a month, by the contracts' own words.

    Not by the ledger: a contract that fell out of what is derived must not fall out of this list.
    """
    lasting = Q(terms__end_date=None) | Q(terms__end_date__gte=today - ENDED_REACH)
    standing = Q(cancelled_on=None) | Q(cancelled_on__gte=today)
    found = contracts.filter(lasting, standing, is_draft=False).values("pk")
    kept: QuerySet[Any] = Contract.objects.filter(pk__in=found).order_by("pk")
    return kept


def coverage(contracts: QuerySet[Any], *, today: date) -> Iterator[Covered]:
    """Yield each live contract with its next alert, or with the reason why it has none.

    Source: R9, R10, R13, R16.
    """
    calendar, offsets = business_calendar((settings.HOME_CALENDAR,)), offsets_in_force()
    names = live_contracts(contracts, today).values_list("pk", "title", "vendor__name")
    rows = iter(names.iterator(chunk_size=CHUNK))
    while chunk := list(islice(rows, CHUNK)):
        ids = [pk for pk, _title, _vendor in chunk]
        found = {each.id: each for each in audited(ids, today=today)}
        reach = reach_of(ids)
        for pk, title, vendor in chunk:
            if pk not in found:
                continue
            to = tuple(next(iter(reach.get(pk, [])), ()))
            word, anchor = _standing(found[pk], today)
            word = word or ("" if to else Gap.NOBODY)
            day = None if word or anchor is None else _next(anchor, offsets, today, calendar)
            channel = "" if word else ChannelKind.EMAIL.value
            yield Covered(pk, title, vendor, anchor, day, () if word else to, channel, word)


def _standing(audited_contract: Audited, today: date) -> tuple[str, date | None]:
    """Return why no further alert is to come, "" if one is, and the day it is about."""
    expected = audited_contract.expected
    term = expected.waiting
    if term is None or term.end is None:
        return (expected.silence or ""), None
    anchor = expected.days[term.id].anchor_date
    if audited_contract.stored[term.id] != expected.days[term.id] or anchor is None:
        return Gap.DIFFERS, anchor
    if term.end < today - ENDED_REACH:
        return Silence.ENDED, anchor
    if anchor < today - MISSED_REACH:
        return Silence.LONG_AGO, anchor
    return (Silence.MISSED if anchor < today else ""), anchor


def _next(anchor: date, offsets: list[int], today: date, calendar: BusinessCalendar) -> date:
    """Return the first day after `today` on which something is raised; the day is still ahead."""
    days = (due_on(anchor, offset, calendar) for offset in offsets)
    return min((day for day in days if day > today), default=max(anchor, today) + ONE_DAY)


def share(covered: int, total: int) -> str:
    """Return the part of the contracts that is covered in percent, rounded down: 100 is all of them."""
    return f"{covered * 1000 // total / 10 if total else 100:.1f} %"
