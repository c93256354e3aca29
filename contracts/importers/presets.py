"""The presets we ship: files whose columns and habits are known."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from contracts.importers.kinds import Text
from contracts.importers.recipes import Recipe


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a preset. A preset of one file leaves `name` empty."""

    recipe: Recipe
    name: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Preset:
    """Everything needed to read one kind of file, or a folder of files."""

    name: str
    label: Text
    help: Text
    parts: tuple[Part, ...]

    @property
    def is_folder(self) -> bool:
        """Whether it reads a folder or zip of several files."""
        return bool(self.parts[0].name)


_CONTRACTS = Recipe(
    kind="contracts",
    columns={
        "reference": "contract_id",
        "vendor": "vendor",
        "category": "category",
        "department": "department",
        "currency": "currency",
        "auto_renew": "auto_renew",
        "notice_days": "notice_days",
        "cap_pct": "price_cap_pct",
        "signed_on": "signed_on",
        "cancelled_on": "cancelled_on",
    },
    date_order="ISO",
    decimal=".",
)
_TERMS = Recipe(
    kind="terms",
    columns={
        "reference": "contract_id",
        "seq": "seq",
        "start_date": "start_date",
        "end_date": "end_date",
        "annual_value": "annual_value",
        "quantity": "quantity",
        "unit_price": "unit_price",
        "list_price": "list_price",
    },
    date_order="ISO",
    decimal=".",
)
_CHARGES = Recipe(
    kind="charges",
    columns={
        "reference": "contract_id",
        "charged_on": "date",
        "gross": "gross",
        "discount": "discount",
        "credit": "credit",
    },
    date_order="ISO",
    decimal=".",
    source="history",
)
_LINKS = Recipe(
    kind="links",
    columns={"from_reference": "from_contract", "to_reference": "to_contract", "kind": "kind"},
)
_BUDGETS = Recipe(
    kind="budgets",
    columns={
        "fiscal_year": "year",
        "dimension": "dimension",
        "key": "key",
        "currency": "currency",
        "amount": "amount",
    },
    decimal=".",
)
_ECB = Recipe(
    kind="rates",
    columns={"fixed_on": "Date"},
    constants={"base": "EUR"},
    date_order="ISO",
    decimal=".",
    source="ECB",
)
_INDEX = Recipe(
    kind="indices",
    columns={"name": "title", "year": "year", "period": "period", "value": "value"},
    decimal=".",
    source="BLS",
)
_REGISTER = Recipe(
    kind="register",
    columns={
        "reference": "contract_number",
        "title": "title",
        "vendor": "suppliers",
        "department": "directorate",
        "start_date": "execution_date",
        "end_date": "expiry_date",
        "total_value": "amount",
    },
    constants={"currency": "AUD", "renewal_kind": "fixed"},
    date_order="ISO",
    decimal=".",
    zero_is_missing=True,
    strip_vendor_codes=True,
)
_GCLOUD = Recipe(
    kind="charges",
    columns={
        "external_id": "ID",
        "vendor": "SupplierName",
        "department": "CustomerName",
        "charged_on": "ReturnMonth",
        "gross": "EvidencedSpend",
        "description": "ProjectNameAndDescription",
    },
    constants={"currency": "GBP"},
    date_order="ISO",
    decimal=".",
    # Its line ends and its apostrophes are those of a Macintosh: 0xD5 in "Commissioner's".
    encoding="mac_roman",
    source="gcloud-ledger",
    negative_is_credit=True,
)

PRESETS: Final[dict[str, Preset]] = {
    preset.name: preset
    for preset in (
        Preset(
            "history",
            _("Contract history"),
            _("A folder or zip: contracts.csv, terms.csv, charges.csv and more."),
            (
                Part(_CONTRACTS, "contracts.csv"),
                Part(_TERMS, "terms.csv"),
                Part(_CHARGES, "charges.csv", optional=True),
                Part(_LINKS, "links.csv", optional=True),
                Part(_BUDGETS, "budgets.csv", optional=True),
                Part(_ECB, "fx.csv", optional=True),
            ),
        ),
        Preset(
            "act-register",
            _("Contract register (ACT Government)"),
            _("One row per contract with its total value, AUD."),
            (Part(_REGISTER),),
        ),
        Preset(
            "gcloud-ledger",
            _("Spend ledger (G-Cloud)"),
            _("One row per charge, GBP; amounts below zero are credits."),
            (Part(_GCLOUD),),
        ),
        Preset(
            "ecb-rates",
            _("Exchange rates (ECB)"),
            _("The table of euro reference rates: 1 EUR = x."),
            (Part(_ECB),),
        ),
        Preset(
            "bls-index",
            _("Price index (BLS)"),
            _("One row per series and month: series, year, period, value, title."),
            (Part(_INDEX),),
        ),
    )
}
