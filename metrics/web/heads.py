"""The head of every page of figures: which days, which unit, which currency, which part."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from contracts.rules.period import Period
from metrics.queries.figures import CONSTANT_BASES
from metrics.queries.narrowing import Narrowing, visible_choices
from metrics.queries.question import Question
from metrics.queries.spend import currencies
from metrics.rules.windows import Named, fiscal_year, named_window
from metrics.web.views import CONVERTED, View

if TYPE_CHECKING:
    BaseText = forms.TextInput
else:
    BaseText = UnfoldAdminTextInputWidget

CUSTOM = "custom"
PERIODS = [
    (Named.LAST_12_MONTHS.value, gettext_lazy("Last 12 months")),
    (Named.FISCAL_YEAR.value, gettext_lazy("This fiscal year")),
    (Named.LAST_FISCAL_YEAR.value, gettext_lazy("Last fiscal year")),
    (Named.QUARTER_TO_DATE.value, gettext_lazy("Quarter to date")),
    (Named.YEAR_TO_DATE.value, gettext_lazy("Year to date")),
    (CUSTOM, gettext_lazy("From … to …")),
]
UNITS = [
    ("vendor", gettext_lazy("Vendor")),
    ("contract", gettext_lazy("Contract")),
    ("lineage", gettext_lazy("Contract with its successors")),
]
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2150, 12, 31)
LONGEST = timedelta(days=10 * 366)
EVERYTHING = gettext_lazy("All")


class DayInput(BaseText):
    """The browser's own choice of a day."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        """Return a day as the browser takes it; it complains about anything else."""
        text = value.isoformat() if isinstance(value, date) else str(value or "")
        return text if parse_date_or_none(text) else None


def parse_date_or_none(text: str) -> date | None:
    """Return the day that a text names, None for anything that is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class HeadForm(forms.Form):
    """What a view is asked for, with a default for everything that is left out."""

    def __init__(self, data: Any, *, user: Any, today: date, scope: Any) -> None:
        super().__init__(data)
        self.today, self.user = today, user
        self.fields["period"] = _choice(_("Period"), PERIODS)
        self.fields["from"] = _day(_("From"))
        self.fields["to"] = _day(_("To"))
        self.fields["as_of"] = _day(_("As of"))
        self.fields["believed_on"] = _day(_("As believed on"))
        self.fields["by"] = _choice(_("Counted by"), UNITS)
        self.fields["currency"] = _choice(_("Currency"), _currencies(currencies(scope)))
        labels = {
            "department": _("Department"),
            "category": _("Category"),
            "vendor": _("Vendor"),
        }
        for name, rows in visible_choices(user).items():
            self.fields[name] = forms.ModelChoiceField(
                rows,
                label=labels[name],
                required=False,
                empty_label=str(EVERYTHING),
                widget=UnfoldAdminSelectWidget,
            )

    def clean(self) -> dict[str, Any]:
        """Check what holds between the fields."""
        cleaned = super().clean() or {}
        if (cleaned.get("period") or "") == CUSTOM and not self.errors:
            self._check_days(cleaned)
        return cleaned

    def _check_days(self, cleaned: dict[str, Any]) -> None:
        first, last = cleaned.get("from"), cleaned.get("to")
        for name, day in (("from", first), ("to", last)):
            if day is None:
                self.add_error(name, _("Say which day."))
        if first and last and last < first:
            self.add_error("to", _("The last day is not before the first."))
        elif first and last and last - first > LONGEST:
            self.add_error("to", _("At most ten years at once."))

    def view(self) -> View | None:
        """Return the view, None where something cannot be used: the errors are at their fields."""
        if not self.is_valid():
            return None
        asked = self.cleaned_data
        as_of = asked["as_of"] or asked["believed_on"] or self.today
        base, _dash, rest = (asked["currency"] or default_currency()).partition("-")
        narrowing = Narrowing(
            asked["department"],
            asked["category"],
            asked["vendor"],
            None if rest == CONVERTED else base,
        )
        return View(
            question=Question(
                self._window(asked, as_of),
                as_of,
                asked["by"] or "vendor",
                scope=narrowing.scope(self.user),
                believed_on=asked["believed_on"],
            ),
            base=base,
            is_converted=rest == CONVERTED,
            narrowing=narrowing,
            fiscal_year=fiscal_year(as_of, settings.FISCAL_YEAR_START_MONTH),
        )

    def _window(self, asked: dict[str, Any], as_of: date) -> Period:
        if asked["period"] == CUSTOM:
            return Period(asked["from"], asked["to"])
        named = Named(asked["period"] or Named.LAST_12_MONTHS)
        return named_window(named, as_of, settings.FISCAL_YEAR_START_MONTH)


def default_currency() -> str:
    """Return the choice of everything in the currency of the organisation."""
    return f"{settings.BASE_CURRENCY}-{CONVERTED}"


def _currencies(held: list[str]) -> list[tuple[str, Any]]:
    bases = list(dict.fromkeys([settings.BASE_CURRENCY, *CONSTANT_BASES]))
    return [
        *((f"{code}-{CONVERTED}", _("All, in %(code)s") % {"code": code}) for code in bases),
        *((code, _("Only %(code)s") % {"code": code}) for code in held),
    ]


def _choice(label: str, choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=UnfoldAdminSelectWidget
    )


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=DayInput(),
        input_formats=["%Y-%m-%d"],
        validators=[_in_range],
    )


def _in_range(day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise forms.ValidationError(_("Write a day of the years 1950 to 2150."))
