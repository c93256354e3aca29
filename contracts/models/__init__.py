"""The tables."""

from contracts.models.alerts import (
    Alert,
    Delivery,
    DeliveryAttempt,
    Destination,
    Heartbeat,
)
from contracts.models.catalog import Category, Product, Vendor, VendorAlias
from contracts.models.charges import Budget, Charge, FxRate
from contracts.models.contracts import Contract, ContractLink
from contracts.models.feeds import CalendarFeed
from contracts.models.imports import ImportMapping, ImportRun
from contracts.models.keydates import Document, KeyDate
from contracts.models.ledger import LedgerEntry, PriceChange, PriceFlag
from contracts.models.organisation import Department, Membership
from contracts.models.policies import AlertPolicy
from contracts.models.terms import LicenceLine, Term

__all__ = [
    "Alert",
    "AlertPolicy",
    "Budget",
    "CalendarFeed",
    "Category",
    "Charge",
    "Contract",
    "ContractLink",
    "Delivery",
    "DeliveryAttempt",
    "Department",
    "Destination",
    "Document",
    "FxRate",
    "Heartbeat",
    "ImportMapping",
    "ImportRun",
    "KeyDate",
    "LedgerEntry",
    "LicenceLine",
    "Membership",
    "PriceChange",
    "PriceFlag",
    "Product",
    "Term",
    "Vendor",
    "VendorAlias",
]
