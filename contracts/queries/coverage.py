"""Every contract with its next alert and who hears of it, or the reason why there is none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from contracts.models.choices import ALERT_KINDS
from contracts.queries.audit import CHUNK, About, Audited, audited
from contracts.queries.audit_policies import Book, book
from contracts.queries.reach import reach_of
from contracts.rules.alerts import ENDED_REACH, MISSED_REACH, due_on, late_days
from contracts.rules.audit import Silence
from contracts.rules.audit_alerts import rests
from contracts.rules.calendar import business_calendar
from contracts.rules.occasions import DECISIONS, OCCASIONS
from contracts.rules.vocabulary import AlertKind, AlertState, ChannelKind


class Gap(StrEnum):
    """Why a contract that should have an alert cannot have it."""

    NOBODY = "nobody"
    DIFFERS = "differs"


REASONS: Mapping[str, Any] = {
    Silence.DRAFT: _("draft: nothing is agreed yet"),
    Silence.CONTINUED: _("another contract continues it"),
    Silence.CANCELLED: _("decided: cancelled"),
    Silence.NO_TERM: _("it has no term"),
    Silence.EVERGREEN: _("evergreen: no end to decide about, and no review ahead"),
    Silence.NOTICE_GIVEN: _("decided: notice was given"),
    Silence.ENDED: _("it ended more than a month ago"),
    Silence.LONG_AGO: _("its day passed more than a year ago"),
    Silence.MISSED: _("its day has passed; the last alert is open until somebody decides"),
    Gap.NOBODY: _("NO ALERT: nobody can be told"),
    Gap.DIFFERS: _("NO ALERT: the stored days do not follow from the contract"),
}


@dataclass(frozen=True, slots=True)
class Covered:
    """One contract: `next_on` with `to`, or a `reason`; `is_gap` where that reason is none.

    `kind` and `anchor` say what the next alert is about, `policy` which one sets its days (empty:
    the usual ones).
    """

    contract_id: int
    title: str
    vendor: str
    anchor: date | None
    next_on: date | None
    to: tuple[str, ...]
    channel: str
    word: str
    kind: str = ""
    policy: str = ""

    @property
    def is_gap(self) -> bool:
        """Say whether an alert should come and cannot."""
        return self.word in set(Gap)

    @property
    def about(self) -> str:
        """Return what the next alert is about, in words."""
        return str(dict(ALERT_KINDS).get(self.kind, ""))

    @property
    def by(self) -> str:
        """Return what sets the days before, in words: a policy by its name, or the usual ones."""
        return _("policy %(name)s") % {"name": self.policy} if self.policy else str(_("usual days"))

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
    policies = book()
    names = live_contracts(contracts, today).values_list("pk", "title", "vendor__name")
    rows = iter(names.iterator(chunk_size=CHUNK))
    while chunk := list(islice(rows, CHUNK)):
        ids = [pk for pk, _title, _vendor in chunk]
        found = {each.id: each for each in audited(ids, policies, today=today)}
        reach = reach_of(ids)
        for pk, title, vendor in chunk:
            if pk in found:
                to = tuple(next(iter(reach.get(pk, [])), ()))
                yield _covered(found[pk], title, vendor, to, policies, today)


def _covered(
    each: Audited, title: str, vendor: str, to: tuple[str, ...], policies: Book, today: date
) -> Covered:
    coming = [(_next(each, about, policies, today), about) for about in each.abouts]
    ahead = [(day, about) for day, about in coming if day is not None]
    day, about = min(ahead, key=lambda pair: (pair[0], pair[1].anchor), default=(None, None))
    word = _why_not(each, today) if day is None else ""
    if each.stored != each.expected.days or each.stored_key_days != each.key_days:
        word = Gap.DIFFERS
    elif not word and not to:
        word = Gap.NOBODY
    if word or about is None:
        anchor = about.anchor if about else next((a.anchor for a in each.abouts), None)
        return Covered(each.id, title, vendor, anchor, None, (), "", word)
    policy = policies.applying(about.kind, about.place)
    return Covered(
        each.id,
        title,
        vendor,
        about.anchor,
        day,
        to,
        ChannelKind.EMAIL.value,
        "",
        about.kind,
        policy.name if policy else "",
    )


def _why_not(each: Audited, today: date) -> str:
    """Return why nothing is to come although every stored day is right."""
    term = each.expected.waiting
    anchor = each.expected.days[term.id].anchor_date if term else None
    if term is None or term.end is None or anchor is None:
        return each.expected.silence or Silence.NO_TERM
    if term.end < today - ENDED_REACH:
        return Silence.ENDED
    return Silence.LONG_AGO if anchor < today - MISSED_REACH else Silence.MISSED


def _next(each: Audited, about: About, policies: Book, today: date) -> date | None:
    """Return the first day after `today` on which something is raised about one day."""
    own = each.own(about)
    resting = [
        alert.until for alert in own if alert.until and rests(alert.until, about.anchor, today)
    ]
    if resting:
        return min(resting)
    occasion = OCCASIONS[AlertKind(about.kind)]
    calendar = business_calendar((settings.HOME_CALENDAR,))
    days = [due_on(about.anchor, o, calendar) for o in policies.days(about.kind, about.place)]
    seen = any(a.offset < 0 and a.state == AlertState.ACKNOWLEDGED for a in own)
    if occasion.repeats and not seen:
        days += [about.anchor + timedelta(late) for late in late_days(occasion.reach)]
    last = date.max
    if about.kind in DECISIONS and about.end is not None:
        last = about.end + ENDED_REACH
    return min((day for day in days if today < day <= last), default=None)


def share(covered: int, total: int) -> str:
    """Return the part of the contracts that is covered in percent, rounded down: 100 is all of them."""
    return f"{covered * 1000 // total / 10 if total else 100:.1f} %"
