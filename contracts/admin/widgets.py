"""Inputs: native date pickers, amounts without idle zeros."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    BaseDecimal = forms.NumberInput
    BaseText = forms.TextInput
    BaseChoice = forms.Select
    BaseNumber = forms.NumberInput
    BaseArea = forms.Textarea
else:
    from unfold.widgets import UnfoldAdminDecimalFieldWidget as BaseDecimal
    from unfold.widgets import UnfoldAdminIntegerFieldWidget as BaseNumber
    from unfold.widgets import UnfoldAdminSelectWidget as BaseChoice
    from unfold.widgets import UnfoldAdminTextareaWidget as BaseArea
    from unfold.widgets import UnfoldAdminTextInputWidget as BaseText


class AmountInput(BaseDecimal):
    """A number without the zeros that only storage needs: 1200, not 1200.0000."""

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        shown: str | None = super().format_value(value)
        return shown


class ChoiceInput(BaseChoice):
    """One of a few."""


class NumberInput(BaseNumber):
    """A whole number."""


class DayInput(BaseText):
    """The browser's own date picker; the value travels in ISO form."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        shown: str | None = super().format_value(value)
        return value.isoformat() if hasattr(value, "isoformat") else shown


class DayField(forms.DateField):
    """A day picked in the browser's calendar."""

    widget = DayInput


class AmountField(forms.DecimalField):
    """An amount with at most four decimal places, not below zero."""

    widget = AmountInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 18, "decimal_places": 4, "min_value": 0, **kwargs})


class TextField(forms.CharField):
    """A line of text."""

    widget = BaseText


class NoteField(forms.CharField):
    """Some lines of text."""

    widget = BaseArea
