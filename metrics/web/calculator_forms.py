"""The form of a calculator: one field per input, as its rules describe it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from metrics.rules.calculators.answering import CLAIMED, Answer, UnusableInputsError, calculate
from metrics.rules.calculators.inputs import LISTS, Input, Kind
from metrics.rules.calculators.vocabulary import Calculator

if TYPE_CHECKING:
    BaseText = forms.TextInput
else:
    BaseText = UnfoldAdminTextInputWidget

HINTS = {
    Kind.RATE: gettext_lazy("3% or 0.03"),
    Kind.RATES: gettext_lazy("Like 80% 20%, separated by spaces"),
    Kind.AMOUNTS: gettext_lazy("Separated by spaces"),
    Kind.COUNTS: gettext_lazy("Separated by spaces"),
}


class DayInput(BaseText):
    """The browser's own choice of a day."""

    input_type = "date"


class CalculatorForm(forms.Form):
    """The inputs of a calculator and the figure somebody expected; the rules read and check them."""

    def __init__(self, calculator: Calculator, data: Any = None) -> None:
        super().__init__(data)
        self.calculator = calculator
        for wanted in calculator.inputs:
            self.fields[wanted.name] = field_of(wanted)
        self.fields[CLAIMED] = forms.CharField(
            label=_("The figure you expected"),
            required=False,
            help_text=_("The answer says whether it is right, or which known mistake gives it."),
            widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        )

    def answer(self) -> Answer | None:
        """Return the answer; None with an error at each input that cannot be used."""
        if not self.is_bound or not self.is_valid():
            return None
        inputs = {name: text for name, text in self.cleaned_data.items() if name != CLAIMED}
        try:
            return calculate(self.calculator.name, inputs, self.cleaned_data[CLAIMED])
        except UnusableInputsError as refused:
            for name, error in refused.errors.items():
                self.add_error(name, _(error.template) % error.params)
        return None


def field_of(wanted: Input) -> forms.Field:
    """Return the field of an input; whether it is needed is the rules' to say."""
    label, hint = _(wanted.label), HINTS.get(wanted.kind, "")
    if wanted.kind == Kind.CHOICE:
        choices = [(choice, _(choice)) for choice in wanted.choices]
        return forms.ChoiceField(
            label=label, choices=choices, required=False, widget=UnfoldAdminSelectWidget
        )
    shown: dict[str, str] = {"autocomplete": "off", "placeholder": wanted.default}
    if wanted.kind == Kind.DAY:
        return forms.CharField(label=label, required=False, widget=DayInput())
    if wanted.kind not in LISTS:
        shown["inputmode"] = "decimal"
    widget = UnfoldAdminTextInputWidget(attrs=shown)
    return forms.CharField(label=label, required=False, help_text=hint, widget=widget)
