"""What a calendar feed says, in its owner's language."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.models import CalendarFeed
from contracts.models.choices import NOTICE_METHODS
from contracts.queries.feed import FeedTerm, feed_terms
from contracts.rules import feeds, ical
from contracts.rules.feeds import FeedDay
from contracts.templatetags.money import day as written

SUMMARIES = {
    FeedDay.DECIDE_BY: _("Decide: %(what)s"),
    FeedDay.SEND_BY: _("Send notice: %(what)s"),
    FeedDay.NOTICE_DEADLINE: _("Notice deadline: %(what)s"),
    FeedDay.TERM_END: _("Last day of service: %(what)s"),
}
FACTS = {
    FeedDay.DECIDE_BY: _("Decide by: %(day)s"),
    FeedDay.SEND_BY: _("Last safe day to send notice: %(day)s"),
    FeedDay.NOTICE_DEADLINE: _("Notice deadline: %(day)s"),
    FeedDay.TERM_END: _("Last day of service: %(day)s"),
}
ADVICE = {
    FeedDay.DECIDE_BY: _("Decide whether to renew: later there is little time left for a notice."),
    FeedDay.SEND_BY: _(
        "Send notice today at the latest, or it renews by itself. Way of notice: %(way)s."
    ),
    FeedDay.NOTICE_DEADLINE: _(
        "Notice must have reached the vendor by today, or it renews by itself."
    ),
    FeedDay.TERM_END: _("Today is the last day of service unless the contract is renewed."),
}
END_OF_RENEWING = _("Last day of the term: %(day)s")
Texts = dict[FeedDay, str]


@dataclass(frozen=True, slots=True)
class _Wording:
    """Everything a feed says in one language, looked up once for thousands of events."""

    summaries: Texts
    facts: Texts
    advice: Texts
    end: str
    ways: dict[str, str]
    day: Callable[[date | None], str]


def document(feed: CalendarFeed) -> bytes:
    """Write what the feed's owner sees now as a calendar, in the active language."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    wording = _wording()
    terms = feed_terms(feed)
    return ical.calendar(
        feed.name, chain.from_iterable(_events(term, host, wording) for term in terms)
    )


def _wording() -> _Wording:
    return _Wording(
        summaries={kind: str(text) for kind, text in SUMMARIES.items()},
        facts={kind: str(text) for kind, text in FACTS.items()},
        advice={kind: str(text) for kind, text in ADVICE.items()},
        end=str(END_OF_RENEWING),
        ways={way: str(name) for way, name in NOTICE_METHODS},
        day=cache(written),
    )


def _events(term: FeedTerm, host: str, wording: _Wording) -> Iterator[ical.Event]:
    url = settings.BASE_URL + reverse("admin:contracts_contract_change", args=[term.contract_id])
    named = {"what": f"{term.title} ({term.vendor})", "way": wording.ways[term.notice_method]}
    facts = [wording.facts[kind] % {"day": wording.day(day)} for kind, day in term.days]
    if term.renews:
        facts.append(wording.end % {"day": wording.day(term.end)})
    below = "\n".join(["", "", named["what"], *facts, "", url])
    for kind, day in term.days:
        yield ical.Event(
            uid=feeds.uid(term.public_id, term.seq, kind, host),
            day=day,
            summary=wording.summaries[kind] % named,
            description=wording.advice[kind] % named + below,
            url=url,
            sequence=term.sequence,
            changed_at=term.changed_at,
            alarms=feeds.ALARM_DAYS,
        )
