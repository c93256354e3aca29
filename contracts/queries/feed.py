"""The terms whose days stand in a calendar feed."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from contracts.models import CalendarFeed, Term
from contracts.rules import feeds
from contracts.rules.vocabulary import AlertKind

STAMPS = ("version", "updated_at")
COLUMNS = (
    *("contract_id", "seq", "anchor_kind", "decide_by", "send_by", "notice_deadline", "end_date"),
    *("contract__public_id", "contract__title", "contract__notice_method", "contract__vendor_id"),
    "contract__vendor__name",
    *(f"{way}{stamp}" for way in ("", "contract__", "contract__vendor__") for stamp in STAMPS),
)


@dataclass(frozen=True, slots=True)
class FeedTerm:
    """An open term as a calendar shows it; without prices, for a calendar is kept by somebody else.

    `days` are in their order with what each is for; `sequence` and `changed_at` grow when anything
    here changes.
    """

    contract_id: int
    public_id: UUID
    seq: int
    title: str
    vendor: str
    notice_method: str
    renews: bool
    end: date | None
    days: list[tuple[feeds.FeedDay, date]]
    sequence: int
    changed_at: datetime


def feed_terms(feed: CalendarFeed) -> list[FeedTerm]:
    """Return the open terms that the feed's owner sees now, of its department alone if it has one.

    One statement, the oldest contract first: the same rows give the same feed.
    """
    rows = _scope(feed).select_related("contract__vendor").only(*COLUMNS)
    return [_feed_term(term) for term in rows.order_by("contract_id", "seq")]


def _scope(feed: CalendarFeed) -> QuerySet[Term]:
    rows: QuerySet[Term] = Term.objects.visible_to(feed.owner).open()
    if feed.department_id:
        rows = rows.filter(contract__department__above=feed.department_id)
    if feed.is_own_only:
        rows = rows.filter(contract__owner=feed.owner_id)
    return rows


def _feed_term(term: Term) -> FeedTerm:
    contract = term.contract
    sources = (term, contract, contract.vendor)
    changed_at = max(source.updated_at for source in sources)
    anchor = AlertKind(term.anchor_kind)
    return FeedTerm(
        contract_id=contract.pk,
        public_id=contract.public_id,
        seq=term.seq,
        title=contract.title,
        vendor=contract.vendor.name,
        notice_method=contract.notice_method,
        renews=anchor == AlertKind.NOTICE_DEADLINE,
        end=term.end_date,
        days=feeds.days_of(
            anchor,
            decide_by=term.decide_by,
            send_by=term.send_by,
            notice_deadline=term.notice_deadline,
            end=term.end_date,
        ),
        sequence=feeds.sequence(changed_at, [source.version for source in sources]),
        changed_at=changed_at,
    )
