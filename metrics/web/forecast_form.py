"""What a reader may ask of the forecast; the form is filled by the query string."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from metrics.queries.forecast_bands import (
    FEWEST,
    MOST,
)
from metrics.web.calculator_forms import DayInput

FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2150, 12, 31)
LARGEST_SEED = 2**32 - 1
SOURCES = (("terms", _("contracts and their renewals")), ("charges", _("charges")))


class ForecastForm(forms.Form):
    """The day, the source, the length and the seed; what is left out is chosen for the reader."""

    as_of = forms.DateField(
        label=_("As known on"),
        required=False,
        widget=DayInput(),
    )
    believed_on = forms.DateField(
        label=_("As believed on"),
        required=False,
        widget=DayInput(),
    )
    source = forms.ChoiceField(
        label=_("Drawn from"), choices=SOURCES, required=False, widget=UnfoldAdminSelectWidget
    )
    months = forms.IntegerField(
        label=_("Months"),
        min_value=FEWEST,
        max_value=MOST,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=LARGEST_SEED,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def clean_as_of(self) -> date | None:
        """Refuse days that no contract knows."""
        return self._known_day("as_of")

    def clean_believed_on(self) -> date | None:
        """Refuse days that no contract knows."""
        return self._known_day("believed_on")

    def _known_day(self, name: str) -> date | None:
        day: date | None = self.cleaned_data[name]
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(_("Write a day of the years 1950 to 2150."), code="range")
        return day
