"""How lists show days, money and states."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts.models.choices import CONTRACT_STATES
from contracts.templatetags.money import NOTHING, day, money
from contracts.templatetags.tone import state_badge

STATE_NAMES = dict(CONTRACT_STATES)


def amount(value: Decimal | None, currency: str) -> SafeString | str:
    """Return an amount that lines up with those above and below it."""
    if value is None:
        return NOTHING
    return format_html('<span class="st-number">{}</span>', money(value, currency))


def dated(value: date | None) -> SafeString:
    """Return a day that stays on one line."""
    return format_html('<span class="st-number">{}</span>', day(value))


class ContractColumns:
    """The columns of the contract list; the rows carry `queries.portfolio.with_standing`."""

    @admin.display(description=_("State"), ordering="state")
    def state(self, row: Any) -> SafeString:
        return state_badge(row.state, STATE_NAMES[row.state])

    @admin.display(description=_("End"), ordering="ends_on")
    def end(self, row: Any) -> SafeString:
        return dated(row.ends_on)

    @admin.display(description=_("Notice deadline"), ordering="notice_deadline")
    def deadline(self, row: Any) -> SafeString:
        return dated(row.notice_deadline)

    @admin.display(description=_("Send notice by"), ordering="send_by")
    def send(self, row: Any) -> SafeString:
        return dated(row.send_by)

    @admin.display(description=_("Annual value"), ordering="value")
    def annual_value(self, row: Any) -> SafeString | str:
        return amount(row.value, row.currency)
