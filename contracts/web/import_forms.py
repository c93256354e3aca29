"""The forms of the import pages."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from contracts.models import ImportMapping
from contracts.services import import_mappings, imports

BY_HAND = "by-hand"
MAPPING = "mapping:"
DATE_ORDERS = (
    ("", _("As written: ISO, or where only one reading is a day")),
    ("DMY", _("Day before month: 31/12/2025")),
    ("MDY", _("Month before day: 12/31/2025")),
)
DECIMALS = (
    ("", _("As written: refuse what has two readings")),
    (".", _("Point: 1,234.56")),
    (",", _("Comma: 1.234,56")),
)


class UploadForm(forms.Form):
    """A file, and how it is read: by a preset, a saved mapping, or columns chosen on the next page."""

    file = forms.FileField(label=_("File"), widget=UnfoldAdminFileFieldWidget)
    how = forms.ChoiceField(label=_("How it is read"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("CSV, XLSX, or a zip of CSV files.")
        saved = [
            (f"{MAPPING}{mapping.pk}", mapping.name) for mapping in ImportMapping.objects.all()
        ]
        how: Any = self.fields["how"]
        how.choices = [
            (BY_HAND, _("Choose the columns by hand")),
            (_("Presets"), [(preset.name, preset.label) for preset in imports.presets()]),
            *([(_("Saved mappings"), saved)] if saved else []),
        ]

    @property
    def preset(self) -> str:
        """The chosen preset, empty for anything else."""
        how: str = self.cleaned_data["how"]
        return "" if how == BY_HAND or how.startswith(MAPPING) else how

    @property
    def mapping(self) -> ImportMapping | None:
        """The chosen saved mapping."""
        how: str = self.cleaned_data["how"]
        if not how.startswith(MAPPING):
            return None
        return ImportMapping.objects.filter(pk=how.removeprefix(MAPPING)).first()


class MappingForm(forms.Form):
    """For each field of a kind of table: its column, and what new rows get where it is empty."""

    name = forms.CharField(
        label=_("Save as"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Under this name the mapping is offered for the next file."),
    )
    date_order = forms.ChoiceField(
        label=_("Order of dates"),
        choices=DATE_ORDERS,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    decimal = forms.ChoiceField(
        label=_("Decimal mark"), choices=DECIMALS, required=False, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, kind: Any, headings: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        guessed = import_mappings.guesses(kind.name, headings)
        columns = [("", "—"), *((heading, heading) for heading in headings)]
        for name, field in kind.fields.items():
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=field.label,
                choices=columns,
                required=False,
                initial=guessed.get(name, ""),
                widget=UnfoldAdminSelectWidget,
            )
            if import_mappings.takes_constant(name):
                self.fields[f"constant_{name}"] = _constant(field.label)

    def pairs(self) -> Iterator[tuple[BoundField, BoundField | None, bool]]:
        """Yield for each field its column, its value for new rows, and whether it is needed."""
        for name in self.kind.fields:
            constant = f"constant_{name}"
            shown = self[constant] if constant in self.fields else None
            yield self[f"column_{name}"], shown, name in self.kind.required

    @property
    def columns(self) -> dict[str, str]:
        """The chosen heading of each field."""
        return self._given("column_")

    @property
    def options(self) -> dict[str, Any]:
        """How the file is read, beside its columns."""
        return {
            "kind": self.kind.name,
            "constants": self._given("constant_"),
            "date_order": self.cleaned_data["date_order"],
            "decimal": self.cleaned_data["decimal"],
        }

    def _given(self, prefix: str) -> dict[str, str]:
        return {
            name: self.cleaned_data[f"{prefix}{name}"]
            for name in self.kind.fields
            if self.cleaned_data.get(f"{prefix}{name}")
        }


def _constant(label: Any) -> forms.CharField:
    """Return the field for what new rows get where the file says nothing."""
    named = _("%(field)s where the file says nothing") % {"field": label}
    widget = UnfoldAdminTextInputWidget(attrs={"aria-label": named})
    return forms.CharField(label=named, max_length=250, required=False, widget=widget)


def initial_of(mapping: ImportMapping | None, file_name: str) -> dict[str, Any]:
    """Return what the form shows first: a mapping that was tried before, else the file's name."""
    if mapping is None:
        return {"name": file_name[:100]}
    constants = mapping.options.get("constants", {})
    return {
        "name": mapping.name,
        "date_order": mapping.options.get("date_order") or "",
        "decimal": mapping.options.get("decimal") or "",
        **{f"column_{name}": heading for name, heading in mapping.columns.items()},
        **{f"constant_{name}": text for name, text in constants.items()},
    }
