"""A question, and one of its cells, as the parameters of a page."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from contracts.models import Category, Department, Vendor
from contracts.rules.period import Period
from metrics.queries.narrowing import Narrowing
from metrics.queries.question import Question
from metrics.web.addresses import rows_address

FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2150, 12, 31)
LONGEST = timedelta(days=20 * 366)
UNITS = [("vendor", "vendor"), ("contract", "contract"), ("lineage", "lineage")]


@dataclass(frozen=True, slots=True)
class Asking:
    """A figure or a family of figures, the key if one cell is meant, the question, its narrowing."""

    figure: str
    key: str
    question: Question
    narrowing: Narrowing

    @property
    def address(self) -> str:
        """The permanent address of the rows."""
        address = rows_address(self.question, self.figure, self.key)
        narrowed = self.narrowing.parameters()
        return f"{address}&{urlencode(narrowed)}" if narrowed else address

    @property
    def parts(self) -> list[str]:
        """The parts of the key, for reading."""
        return [part for part in self.key.split("|") if part]


class FamilyForm(forms.Form):
    """A family of figures and the whole question: an address names everything."""

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data)
        self.user = user
        self.fields["figure"] = forms.CharField(max_length=100)
        for name in ("from", "to", "as_of"):
            self.fields[name] = _day()
        self.fields["believed_on"] = _day(required=False)
        self.fields["by"] = forms.ChoiceField(choices=UNITS)
        self.fields["grace"] = forms.IntegerField(min_value=0, max_value=365)
        for name, model in (
            ("department", Department),
            ("category", Category),
            ("vendor", Vendor),
        ):
            self.fields[name] = forms.ModelChoiceField(model.objects.all(), required=False)
        self.fields["currency"] = forms.CharField(
            required=False, validators=[RegexValidator("^[A-Z]{3}$")]
        )

    def clean(self) -> dict[str, Any]:
        """Check what holds between the days."""
        asked = super().clean() or {}
        first, last = asked.get("from"), asked.get("to")
        if first and last and last < first:
            self.add_error("to", _("The last day of the window is not before its first."))
        elif first and last and last - first > LONGEST:
            self.add_error("to", _("A window has at most 20 years."))
        return asked

    def asking(self) -> Asking | None:
        """Return what is asked, within what the user may read; None where a part is unusable."""
        if not self.is_valid():
            return None
        asked = self.cleaned_data
        narrowing = Narrowing(
            asked["department"], asked["category"], asked["vendor"], asked["currency"] or None
        )
        question = Question(
            Period(asked["from"], asked["to"]),
            asked["as_of"],
            asked["by"],
            asked["grace"],
            narrowing.scope(self.user),
            asked["believed_on"],
        )
        return Asking(asked["figure"], asked.get("key", ""), question, narrowing)


class CellForm(FamilyForm):
    """One cell: a figure and a key in it."""

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data, user=user)
        self.fields["key"] = forms.CharField(max_length=500, required=False, strip=False)


def _day(*, required: bool = True) -> forms.DateField:
    limits = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
    return forms.DateField(input_formats=["%Y-%m-%d"], validators=limits, required=required)
