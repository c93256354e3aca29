"""What a calendar feed says, in its owner's language."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import chain
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import CalendarFeed
from contracts.queries.feed import FeedTerm, feed_terms
from contracts.rules import feeds, ical
from contracts.rules.feeds import FeedDay
from contracts.templatetags.money import day as written

SUMMARIES = {
    FeedDay.DECIDE_BY: gettext_lazy("Decide: %(what)s"),
    FeedDay.SEND_BY: gettext_lazy("Send notice: %(what)s"),
    FeedDay.NOTICE_DEADLINE: gettext_lazy("Notice deadline: %(what)s"),
    FeedDay.TERM_END: gettext_lazy("Last day of service: %(what)s"),
}
FACTS = {
    FeedDay.DECIDE_BY: gettext_lazy("Decide by"),
    FeedDay.SEND_BY: gettext_lazy("Last safe day to send notice"),
    FeedDay.NOTICE_DEADLINE: gettext_lazy("Notice deadline"),
    FeedDay.TERM_END: gettext_lazy("Last day of service"),
}


def document(feed: CalendarFeed) -> bytes:
    """Write what the feed's owner sees now as a calendar, in the active language."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    # Thousands of events fall on some hundred days.
    day_text = cache(written)
    terms = feed_terms(feed)
    return ical.calendar(
        feed.name, chain.from_iterable(_events(term, host, day_text) for term in terms)
    )


def _events(
    term: FeedTerm, host: str, day_text: Callable[[date | None], str]
) -> Iterator[ical.Event]:
    url = settings.BASE_URL + reverse("admin:contracts_contract_change", args=[term.contract_id])
    what = f"{term.title} ({term.vendor})"
    facts = [f"{FACTS[kind]}: {day_text(day)}" for kind, day in term.days]
    if term.renews:
        facts.append(_("Last day of the term: %(day)s") % {"day": day_text(term.end)})
    for kind, day in term.days:
        yield ical.Event(
            uid=feeds.uid(term.public_id, term.seq, kind, host),
            day=day,
            summary=SUMMARIES[kind] % {"what": what},
            description="\n".join([_advice(kind, term), "", what, *facts, "", url]),
            url=url,
            sequence=term.sequence,
            changed_at=term.changed_at,
            alarms=feeds.ALARM_DAYS,
        )


def _advice(kind: FeedDay, term: FeedTerm) -> str:
    """Say what is to be done on that day."""
    if kind == FeedDay.DECIDE_BY:
        return _("Decide whether to renew: later there is little time left to send notice.")
    if kind == FeedDay.SEND_BY:
        text = _("Send notice today at the latest, or it renews by itself. Way of notice: %(way)s.")
        return text % {"way": term.notice_method}
    if kind == FeedDay.NOTICE_DEADLINE:
        return _("Notice must have reached the vendor by today, or it renews by itself.")
    return _("Today is the last day of service unless the contract is renewed.")
