"""What a table can be about, and the fields each kind of table has."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.importers import cells
from contracts.rules import vocabulary as words

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a column can fill: how its cell is read, and what an empty one means."""

    name: str
    label: Text
    read: cells.Reader
    blank: object = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of table: its fields, and those that every row must have.

    `wide` tables have one column per currency beside the named ones.
    """

    name: str
    label: Text
    fields: Mapping[str, Field]
    required: tuple[str, ...]
    wide: bool = False


def _fields(*fields: Field) -> dict[str, Field]:
    return {field.name: field for field in fields}


def _choices(vocabulary: type[StrEnum]) -> cells.Reader:
    return cells.choice(*(word.value for word in vocabulary))


# The fields that may get one value for all new rows of a file.
CONSTANTS: Final = frozenset(
    {
        "vendor",
        "category",
        "department",
        "currency",
        "renewal_kind",
        "notice_value",
        "notice_unit",
        "billing_frequency",
        "kind",
        "fiscal_year",
        "dimension",
        "base",
    }
)
_MONEY = cells.number(sign="not_negative")
_MONTHS = cells.whole(1, 600)

REFERENCE = Field(
    "reference",
    _("external reference"),
    cells.one_line(100),
    "",
    ("contract_id", "contract id", "contract number", "contract_number", "reference"),
)
VENDOR = Field(
    "vendor", _("vendor"), cells.vendor_name(200), None, ("supplier", "suppliername", "suppliers")
)
DEPARTMENT = Field(
    "department", _("department"), cells.one_line(150), None, ("customername", "directorate")
)
CURRENCY = Field("currency", _("currency"), cells.currency, None, ("currency code",))

CONTRACT_FIELDS = _fields(
    REFERENCE,
    Field("title", _("title"), cells.one_line(250), "", ("name", "contract", "contract name")),
    VENDOR,
    Field("category", _("category"), cells.one_line(150)),
    DEPARTMENT,
    Field("owner", _("owner's e-mail address"), cells.one_line(254), None, ("owner email",)),
    CURRENCY,
    Field("auto_renew", _("renews by itself"), cells.yes_or_no, None, ("auto renewal",)),
    Field("renewal_kind", _("renewal"), _choices(words.RenewalKind), None, ("renewal",)),
    Field("initial_months", _("initial length in months"), _MONTHS),
    Field("renewal_months", _("renewal length in months"), _MONTHS),
    Field("notice_days", _("notice period in days"), cells.whole(0, 3660), None, ("notice",)),
    Field("notice_value", _("notice period"), cells.whole(0, 3660), None, ("notice period",)),
    Field("notice_unit", _("notice unit"), _choices(words.NoticeUnit)),
    Field(
        "cap_pct",
        _("price cap in percent"),
        cells.number(places=6, digits=4, sign="not_negative"),
        None,
        ("price_cap_pct", "price cap"),
    ),
    Field("billing_frequency", _("billing"), _choices(words.BillingFrequency)),
    Field("signed_on", _("signed on"), cells.day, None, ("signed", "signature date")),
    Field("cancelled_on", _("cancelled on (last day)"), cells.day, None, ("cancelled",)),
    Field("note", _("note"), cells.text(10_000), "", ("notes", "comment")),
)
TERM_FIELDS = _fields(
    Field("seq", _("number of the term"), cells.whole(1, 10_000), None, ("term", "sequence")),
    Field("start_date", _("start"), cells.day, None, ("start", "execution_date", "begins", "from")),
    Field("end_date", _("end (last day)"), cells.day, None, ("end", "expiry_date", "expires")),
    Field("annual_value", _("annual value"), _MONEY, None, ("acv", "annual cost", "yearly cost")),
    Field(
        "total_value", _("total value"), _MONEY, None, ("amount", "tcv", "contract value", "total")
    ),
    Field("quantity", _("quantity"), _MONEY, None, ("seats", "qty", "licences", "licenses")),
    Field("unit_price", _("unit price per year"), _MONEY, None, ("price",)),
    Field("list_price", _("list price per year"), _MONEY),
)
CHARGE_FIELDS = _fields(
    Field("external_id", _("number of the charge"), cells.one_line(150), "", ("id", "invoice")),
    REFERENCE,
    VENDOR,
    DEPARTMENT,
    Field("charged_on", _("date"), cells.day, None, ("date", "returnmonth", "invoice date")),
    CURRENCY,
    Field("gross", _("gross"), cells.number(), None, ("evidencedspend", "amount", "net amount")),
    Field("discount", _("discount"), cells.number(), 0),
    Field("credit", _("credit"), cells.number(), 0),
    Field("tax", _("tax"), cells.number(), 0, ("vat",)),
    Field("description", _("description"), cells.one_line(500), "", ("projectnameanddescription",)),
)
LINK_FIELDS = _fields(
    Field("from_reference", _("from"), cells.one_line(100), None, ("from_contract",)),
    Field("to_reference", _("to"), cells.one_line(100), None, ("to_contract",)),
    Field("kind", _("kind"), _choices(words.LinkKind)),
)
BUDGET_FIELDS = _fields(
    Field("fiscal_year", _("fiscal year"), cells.whole(1900, 2199), None, ("year",)),
    Field(
        "dimension",
        _("dimension"),
        cells.choice("vendor", "category", "department", "total"),
    ),
    Field("key", _("name"), cells.one_line(200), ""),
    CURRENCY,
    Field("amount", _("amount"), cells.number()),
)
INDEX_FIELDS = _fields(
    Field("name", _("index"), cells.one_line(150), None, ("series", "index name")),
    Field("month", _("month"), cells.day),
    Field("year", _("year"), cells.whole(1900, 2199)),
    Field("period", _("month of the year"), cells.one_line(10), ""),
    Field("value", _("value"), cells.number(places=8, digits=10, sign="positive")),
)
RATE_FIELDS = _fields(
    Field("fixed_on", _("date"), cells.day, None, ("date",)),
    Field("base", _("base"), cells.currency),
)

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(
            "register",
            _("Contracts with a term in each row"),
            CONTRACT_FIELDS | TERM_FIELDS,
            ("vendor", "currency", "start_date"),
        ),
        Kind(
            "contracts",
            _("Contracts without terms"),
            CONTRACT_FIELDS,
            ("reference", "vendor", "currency"),
        ),
        Kind(
            "terms",
            _("Terms of known contracts"),
            {"reference": REFERENCE} | TERM_FIELDS,
            ("reference", "start_date"),
        ),
        Kind("charges", _("Charges"), CHARGE_FIELDS, ("charged_on", "gross")),
        Kind("links", _("Links between contracts"), LINK_FIELDS, tuple(LINK_FIELDS)),
        Kind(
            "budgets",
            _("Budgets"),
            BUDGET_FIELDS,
            ("fiscal_year", "dimension", "currency", "amount"),
        ),
        Kind("indices", _("Price indices"), INDEX_FIELDS, ("name", "value")),
        Kind("rates", _("Exchange rates"), RATE_FIELDS, ("fixed_on", "base"), wide=True),
    )
}
