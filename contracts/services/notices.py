"""What an alert says: facts of the contract, rendered in the language of its reader."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from contracts.models import Alert, Contract, Delivery, Destination
from contracts.queries import proof, recipients
from contracts.queries.readers import today_of
from contracts.rules.alerts import LATE_OFFSET
from contracts.rules.messages import Message
from contracts.rules.occasions import DECISIONS, OCCASIONS
from contracts.rules.vocabulary import AlertKind, AlertState, ChannelKind, DeliveryState
from contracts.services import links

LOADED = (
    "alert__term__contract__vendor",
    "alert__term__contract__department",
    "alert__term__contract__owner",
    "destination__owner__notification_preference",
    "destination__department",
)


def parcel(delivery_id: int) -> Delivery:
    """Return a delivery as it is now, with everything its message needs in one statement.

    Raises `Delivery.DoesNotExist`.
    """
    delivery: Delivery = Delivery.objects.select_related(*LOADED).get(pk=delivery_id)
    return delivery


def reason_to_skip(delivery: Delivery, administrators: Collection[int] | None = None) -> str:
    """Say why this message must not go out any more; empty if it must.

    The ids of `administrators` spare a statement where many deliveries are asked.

    Source: R11.
    """
    alert = delivery.subject_alert
    if alert.state != AlertState.OPEN:
        return _("The alert is no longer open.")
    if not _still_counts(alert):
        return _("The term no longer asks for it.")
    if not delivery.destination.is_active:
        return _("The destination is switched off.")
    if not _level(delivery, administrators):
        return _("The recipient is no longer responsible for the contract.")
    return ""


def _still_counts(alert: Alert) -> bool:
    term = alert.term
    if (term.anchor_date, term.anchor_kind) == (alert.anchor_date, alert.kind):
        return term.is_open
    return term.key_dates.filter(kind=alert.kind, date=alert.anchor_date).exists()


def compose(delivery: Delivery, *, now: datetime) -> Message:
    """Return the message of a delivery, in the language of its recipient.

    Source: R9, R10.
    """
    reader = delivery.destination.owner
    today = today_of(reader, now)
    name = f"messages/{delivery.subject_alert.kind}"
    with translation.override(language_of(reader.locale if reader else "")):
        facts = _facts(delivery, today) | _personal(delivery, today, now)
        subject = " ".join(render_to_string(f"{name}.subject.txt", facts).split())
        if facts["escalated"]:
            subject = _("Escalated: %s") % subject
        return Message(
            delivery_id=str(delivery.dedup_key),
            to=delivery.destination.address,
            subject=subject,
            text=render_to_string(f"{name}.txt", facts).strip() + "\n",
            html=render_to_string(f"{name}.html", facts | {"subject": subject}),
            at=now,
            link=facts["url"],
            event=_event(delivery, now, facts),
            url=delivery.destination.url,
            secrets=secrets_of(delivery.destination),
        )


def secrets_of(destination: Destination) -> tuple[str, ...]:
    """Return the secrets that sign a webhook, the newest first.

    Source: S22.
    """
    return tuple(one for one in (destination.secret, destination.previous_secret) if one)


def _event(delivery: Delivery, now: datetime, facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a program is told: days in ISO, amounts as text with their currency."""
    alert = delivery.subject_alert
    term, contract = alert.term, alert.term.contract
    days = (alert.anchor_date, term.notice_deadline, term.decide_by, term.end_date)
    anchor, notice, decide, ends = (day and day.isoformat() for day in days)
    return {
        "type": f"alert.{alert.kind}",
        "timestamp": now.isoformat(),
        "data": {
            "alert": str(alert.public_id),
            "contract": {"id": str(contract.public_id), "title": contract.title},
            "vendor": contract.vendor.name,
            "department": contract.department.name if contract.department else None,
            "days_before": alert.offset_days,
            "is_late": facts["is_late"],
            "anchor_date": anchor,
            "notice_deadline": notice,
            "decide_by": decide,
            "end_date": ends,
            "annual_value": {"amount": str(term.annual_value), "currency": contract.currency},
            "link": facts["url"],
        },
    }


def _facts(delivery: Delivery, today: date) -> dict[str, Any]:
    alert = delivery.subject_alert
    term = alert.term
    contract = term.contract
    return {
        "contract": contract,
        "vendor": contract.vendor,
        "term": term,
        "alert": alert,
        "is_late": is_late(alert, today),
        "is_decision": alert.kind in DECISIONS,
        "documents": _documents(alert),
        "days_left": (alert.anchor_date - today).days,
        "days_late": (today - alert.anchor_date).days,
        "days_to_deadline": (term.notice_deadline - today).days if term.notice_deadline else None,
        "anchor": day_text(alert.anchor_date),
        "notice_deadline": day_text(term.notice_deadline),
        "decide_by": day_text(term.decide_by),
        "decide_by_passed": bool(term.decide_by and term.decide_by < today),
        "ends": day_text(term.end_date),
        "renews": day_text(term.end_date and term.end_date + timedelta(days=1)),
        "annual_value": money_text(term.annual_value, contract.currency),
        "next_value": _next_value(delivery),
        "proof": proof.sentences(term.proof),
        "url": page_of(contract),
        "message_id": delivery.dedup_key,
        "level": _level(delivery),
        "language": translation.get_language(),
    }


def is_late(alert: Alert, today: date) -> bool:
    """Say whether the day has passed on which somebody had to act.

    Source: R9.
    """
    passed = alert.offset_days <= LATE_OFFSET or today > alert.anchor_date
    return passed and OCCASIONS[AlertKind(alert.kind)].repeats


def _documents(alert: Alert) -> list[str]:
    """Return the names of the documents that an alert is about."""
    if alert.kind != AlertKind.DOCUMENT_EXPIRY:
        return []
    papers = alert.term.contract.documents.filter(expires_on=alert.anchor_date)
    return list(papers.values_list("title", flat=True))


def _personal(delivery: Delivery, today: date, now: datetime) -> dict[str, Any]:
    """Return what is said to this reader alone: the links to answer, and whose turn it was before."""
    reader, alert = delivery.destination.owner, delivery.subject_alert
    return {
        "offers": offers_of(delivery, today, now),
        "escalated": told_before(alert, reader) if reader else None,
    }


def offers_of(delivery: Delivery, today: date, now: datetime) -> list[links.Offer]:
    """Return the links with which its reader can answer an alert: only a mail to one person has any."""
    place = delivery.destination
    if place.owner is None or place.kind != ChannelKind.EMAIL:
        return []
    return links.offers(delivery.subject_alert, place.owner, today=today, now=now)


def told_before(alert: Alert, reader: Any) -> dict[str, Any] | None:
    """Return who was told before this person and since when; None unless an alert went further.

    Source: R9.
    """
    if not alert.level:
        return None
    contract = alert.term.contract_id
    nearer: list[int] = []
    for level in recipients.levels_of([contract]).get(contract, []):
        if reader is not None and reader.pk in level:
            break
        nearer += level
    rows = Delivery.objects.filter(
        alert=alert, state=DeliveryState.SENT, destination__owner__in=nearer
    )
    told = list(rows.select_related("destination__owner").order_by("sent_at", "pk"))
    since = [each.sent_at for each in told if each.sent_at]
    if not since:
        return None
    names = dict.fromkeys(str(each.destination.owner) for each in told)
    return {
        "names": ", ".join(names),
        "people": len(names),
        "since": day_text(today_of(reader, since[0])),
    }


def _level(delivery: Delivery, administrators: Collection[int] | None = None) -> str:
    """Return in which capacity the recipient is told; empty if in none."""
    contract, user = delivery.subject_alert.term.contract, delivery.destination.owner
    if user is None:
        return _shared_level(contract, delivery.destination)
    if not user.is_active:
        return ""
    if contract.owner_id == user.pk:
        return "owner"
    if contract.department and contract.department.manager_id == user.pk:
        return "manager"
    if administrators is None:
        administrators = recipients.administrators().filter(pk=user.pk).values_list("pk", flat=True)
    return "administrator" if user.pk in administrators else ""


def _shared_level(contract: Contract, place: Destination) -> str:
    """Return for whom a destination without an owner is told; empty if for nobody any more."""
    if place.department is None:
        return "organisation"
    home = contract.department_id
    is_below = any(each.pk == home for each in place.department.below.all())
    return "department" if is_below else ""


def _next_value(delivery: Delivery) -> str:
    """Return what the next term costs at the price of this one."""
    term = delivery.subject_alert.term
    contract = term.contract
    months = contract.renewal_months or contract.initial_months
    if not months:
        return ""
    return money_text(term.annual_value * months / Decimal(12), contract.currency)


def language_of(code: str) -> str:
    """Return the language somebody chose, if there is one like it: a typo must not stop an alert."""
    try:
        return translation.get_supported_language_variant(code)
    except LookupError:
        return str(settings.LANGUAGE_CODE)


def page_of(contract: Contract) -> str:
    """Return the address of a contract's page."""
    page = reverse("admin:contracts_contract_change", args=[contract.pk])
    return f"{settings.BASE_URL}{page}"


def day_text(day: date | None) -> str:
    """Return a day as the reader's language writes it in full; empty without one."""
    return format_date(day, "full", locale=_locale()) if day else ""


def money_text(amount: Decimal, currency: str) -> str:
    """Return an amount as the reader's language writes it."""
    return str(format_currency(amount, currency, locale=_locale()))


def _locale() -> Locale:
    return Locale.parse(translation.to_locale(translation.get_language() or "en-gb"))
