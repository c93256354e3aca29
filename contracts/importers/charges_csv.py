"""Charges: one signed amount as gross or credit, and an id for ledgers that have none."""

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.importers.problems import CellRefused
from contracts.importers.recipes import Recipe

PARTS_OF_ID = (
    "reference",
    "vendor",
    "department",
    "charged_on",
    "currency",
    "gross",
    "discount",
    "credit",
    "tax",
    "description",
)


def finish_charge(values: dict[str, Any], recipe: Recipe) -> Iterator[tuple[str, CellRefused]]:
    """Complete a charge in place; yield what makes it impossible."""
    if recipe.negative_is_credit and values["gross"] < 0:
        values["credit"], values["gross"] = -values["gross"], Decimal(0)
    if "external_id" in recipe.columns and not values["external_id"]:
        yield "external_id", CellRefused("missing")


class ContentIds:
    """Ids for charges that have none: from what they say and how often it was said before.

    The same file gives the same ids again, in any order of its rows; equal rows stay apart.
    """

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}

    def next_id(self, values: dict[str, Any]) -> str:
        """Return the id of the next charge of this content."""
        content = "|".join(_plain(values.get(name)) for name in PARTS_OF_ID)
        digest = hashlib.sha256(content.encode()).digest()[:16]
        self._seen[digest] = count = self._seen.get(digest, 0) + 1
        return f"{digest.hex()}-{count}"


def _plain(value: str | date | Decimal | int | None) -> str:
    if isinstance(value, Decimal | int):
        return format(Decimal(value).normalize(), "f")
    return "" if value is None else str(value)
