"""The tables."""

from contracts.models.alerts import (
    Alert,
    AlertReading,
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
from contracts.models.indices import IndexValue
from contracts.models.keydates import Document, KeyDate
from contracts.models.ledger import LedgerEntry, PriceChange, PriceFlag, SpendStep, TermOutcome
from contracts.models.organisation import Department, Membership
from contracts.models.policies import AlertPolicy
from contracts.models.preferences import NotificationPreference
from contracts.models.sending import DeliveryAction, Hold
from contracts.models.terms import LicenceLine, Term

__all__ = [
    "Alert",
    "AlertPolicy",
    "AlertReading",
    "Budget",
    "CalendarFeed",
    "Category",
    "Charge",
    "Contract",
    "ContractLink",
    "Delivery",
    "DeliveryAction",
    "DeliveryAttempt",
    "Department",
    "Destination",
    "Document",
    "FxRate",
    "Heartbeat",
    "Hold",
    "ImportMapping",
    "ImportRun",
    "IndexValue",
    "KeyDate",
    "LedgerEntry",
    "LicenceLine",
    "Membership",
    "NotificationPreference",
    "PriceChange",
    "PriceFlag",
    "Product",
    "SpendStep",
    "Term",
    "TermOutcome",
    "Vendor",
    "VendorAlias",
]
