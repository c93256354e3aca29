"""The clock and the language of people, as forms ask for them."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from contracts.admin.widgets import ChoiceInput

OF_ALL = ("", _("That of the organisation"))


@cache
def zones() -> list[tuple[str, Any]]:
    """Return every time zone that this machine knows."""
    return [OF_ALL, *((zone, zone.replace("_", " ")) for zone in sorted(available_timezones()))]


class ReaderForm(forms.Form):
    """The clock and the language of somebody who reads messages."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zones,
        required=False,
        widget=ChoiceInput,
        help_text=_("Of the hours and days on which messages come."),
    )
    locale = forms.ChoiceField(
        label=_("Language"),
        choices=[OF_ALL, *settings.LANGUAGES],
        required=False,
        widget=ChoiceInput,
        help_text=_("Of the dates and amounts in messages."),
    )
