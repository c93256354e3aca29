"""Reads one cell as a text, a day, a number or a choice. Whatever has two readings is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from contracts.importers.problems import CellRefused
from contracts.importers.tables import Cell
from contracts.rules.money import CURRENCIES, WITHDRAWN_CURRENCIES
from contracts.rules.parsing import (
    DateOrder,
    DecimalMark,
    parse_amount,
    parse_boolean,
    parse_date,
)

MONEY_PLACES, MONEY_DIGITS = 4, 14


@dataclass(frozen=True, slots=True)
class Formats:
    """How the file writes days and amounts, where it says so."""

    date_order: DateOrder | None = None
    decimal: DecimalMark | None = None


Reader = Callable[[Cell, Formats], object]

_read_day = lru_cache(maxsize=20_000)(parse_date)
_read_amount = lru_cache(maxsize=20_000)(parse_amount)


def text(limit: int) -> Reader:
    """Return a reader of texts of at most `limit` characters, without control characters."""

    def read(cell: Cell, _formats: Formats) -> str:
        words = str(cell).strip()
        if len(words) > limit:
            raise CellRefused("too_long", text=f"{words[:40]}…", limit=limit)
        if not words.isprintable() and not words.replace("\n", " ").isprintable():
            raise CellRefused("control_character")
        return words

    return read


def one_line(limit: int) -> Reader:
    """Return a reader of names: like `text`, with every run of white space made one space."""
    read_text = text(limit)

    def read(cell: Cell, formats: Formats) -> object:
        return read_text(" ".join(str(cell).split()), formats)

    return read


def vendor_name(limit: int) -> Reader:
    """Return a reader of the name of one vendor; a list of vendors is refused."""
    read_line = one_line(limit)

    def read(cell: Cell, formats: Formats) -> object:
        lines = [line for line in str(cell).splitlines() if line.strip()]
        if len(lines) > 1:
            raise CellRefused("several_vendors", count=len(lines))
        return read_line(cell, formats)

    return read


def day(cell: Cell, formats: Formats) -> date:
    """Read a day; the order of days and months must be stated where it matters."""
    if isinstance(cell, date):
        return cell
    return _read_day(str(cell), formats.date_order)


def number(*, places: int = MONEY_PLACES, digits: int = MONEY_DIGITS, sign: str = "any") -> Reader:
    """Return a reader of decimals; `sign` is any, not_negative or positive."""

    def read(cell: Cell, formats: Formats) -> Decimal:
        shown = str(cell)
        amount = cell if isinstance(cell, Decimal) else _read_amount(shown, formats.decimal)
        _check_size(shown, amount, places, digits)
        if sign == "not_negative" and amount < 0:
            raise CellRefused("negative", text=shown)
        if sign == "positive" and amount <= 0:
            raise CellRefused("not_positive", text=shown)
        return amount

    return read


def whole(least: int, most: int) -> Reader:
    """Return a reader of whole numbers in a range."""

    def read(cell: Cell, _formats: Formats) -> int:
        shown = str(cell).strip()
        # int() takes underscores and other alphabets; a file does not.
        plain = shown.isascii() and shown.isdigit() and len(shown) < 10
        if not plain or not least <= int(shown) <= most:
            raise CellRefused("not_whole", text=shown, least=least, most=most)
        return int(shown)

    return read


def choice(*choices: str) -> Reader:
    """Return a reader of one of the listed words, in any case."""

    def read(cell: Cell, _formats: Formats) -> str:
        word = str(cell).strip().casefold().replace(" ", "_").replace("-", "_")
        if word not in choices:
            raise CellRefused("not_a_choice", text=str(cell), choices=", ".join(choices))
        return word

    return read


def yes_or_no(cell: Cell, _formats: Formats) -> bool:
    """Read Y, yes, true, 1 and their opposites."""
    return cell if isinstance(cell, bool) else parse_boolean(str(cell))


def currency(cell: Cell, _formats: Formats) -> str:
    """Read a currency by its three letters, withdrawn ones too: old contracts keep them."""
    code = str(cell).strip().upper()
    if code not in CURRENCIES and code not in WITHDRAWN_CURRENCIES:
        raise CellRefused("unknown_currency", text=str(cell))
    return code


def _check_size(shown: str, amount: Decimal, places: int, digits: int) -> None:
    if amount and amount.adjusted() >= digits:
        raise CellRefused("too_large", text=shown, limit=digits)
    exponent = amount.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise CellRefused("too_many_places", text=shown, limit=places)
