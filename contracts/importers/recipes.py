"""Recipes: which column is which field and how the file writes its values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as part
from typing import Any

from django.utils.translation import gettext

from contracts.importers.cells import Formats
from contracts.importers.kinds import CONSTANTS, KINDS, Kind
from contracts.importers.problems import CellRefused, FileRefused
from contracts.rules.parsing import DateOrder, DecimalMark, ParseError


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a table is read: presets state it, people make it by hand and save it by name.

    `columns` maps fields to headings. `constants` are what new rows get where the file says
    nothing; they never change a row that exists.
    """

    kind: str
    columns: Mapping[str, str] = part(default_factory=dict)
    constants: Mapping[str, str] = part(default_factory=dict)
    date_order: DateOrder | None = None
    decimal: DecimalMark | None = None
    encoding: str | None = None
    delimiter: str | None = None
    source: str = "import"
    # A register of totals writes zero where it does not know the value.
    zero_is_missing: bool = False
    # A ledger with one signed amount: below zero is a credit.
    negative_is_credit: bool = False
    # "Acme Ltd (PN123.4)": a register's own number behind the name of the supplier.
    strip_vendor_codes: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what `ImportMapping` keeps beside the columns."""
        return {
            "kind": self.kind,
            "constants": dict(self.constants),
            "date_order": self.date_order,
            "decimal": self.decimal,
        }


def by_hand(columns: Mapping[str, str], options: Mapping[str, Any]) -> Recipe:
    """Build the recipe of a saved mapping. Raises FileRefused if it does not fit its kind."""
    kind = KINDS[options["kind"]]
    chosen = {name: columns[name] for name in kind.fields if columns.get(name)}
    constants = _constants(kind, options.get("constants", {}))
    for name in kind.required:
        if name not in chosen | constants:
            raise FileRefused("field_missing", field=kind.fields[name].label)
    return Recipe(
        kind=kind.name,
        columns=chosen,
        constants=constants,
        date_order=options.get("date_order") or None,
        decimal=options.get("decimal") or None,
    )


def _constants(kind: Kind, given: Mapping[str, str]) -> dict[str, str]:
    """Return the values for all new rows, those of other fields left out. Raises FileRefused."""
    names = CONSTANTS & kind.fields.keys()
    constants = {name: text for name, text in given.items() if text and name in names}
    for name, text in constants.items():
        read_constant(kind, name, text)
    return constants


def read_constant(kind: Kind, name: str, text: str) -> object:
    """Read the value that all new rows get. Raises FileRefused."""
    field = kind.fields[name]
    try:
        return field.read(text, Formats("ISO", "."))
    except (CellRefused, ParseError) as refused:
        reason = gettext(refused.template) % refused.params
        raise FileRefused("value_refused", field=field.label, reason=reason) from refused


def guess_columns(kind: Kind, headings: Iterable[str]) -> dict[str, str]:
    """Propose a heading for each field whose name, label or usual heading it carries."""
    by_word = {_word(heading): heading for heading in headings if heading}
    guessed: dict[str, str] = {}
    for name, item in kind.fields.items():
        for candidate in (name, str(item.label), *item.also):
            heading = by_word.get(_word(candidate))
            if heading and heading not in guessed.values():
                guessed[name] = heading
                break
    return guessed


def guess_kind(headings: Iterable[str]) -> Kind:
    """Propose the kind of table whose required and other fields the headings fill best."""
    known = list(headings)

    def fit(kind: Kind) -> int:
        guessed = guess_columns(kind, known)
        missing = [name for name in kind.required if name not in guessed]
        # A missing field can still get one value for all rows; a heading without a field says more.
        return len(guessed) - 2 * len(missing)

    return max(KINDS.values(), key=fit)


def _word(heading: str) -> str:
    return "".join(character for character in heading.casefold() if character.isalnum())
