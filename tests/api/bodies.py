"""A valid request for every write of the API."""

from collections.abc import Callable
from typing import Any

from tests.api.conftest import World

Body = dict[str, Any]

CREATE: dict[str, Callable[[World], Body]] = {
    "departments": lambda w: {"name": "New", "parent": w.home.pk},
    "memberships": lambda w: {
        "user": w.people["outsider"].pk,
        "department": w.home.pk,
        "role": "viewer",
    },
    "categories": lambda w: {"name": "New"},
    "vendors": lambda w: {"name": "New GmbH", "calendar": "DE-BY"},
    "vendor-aliases": lambda w: {"vendor": w.rows["vendors"].pk, "name": "NEW"},
    "products": lambda w: {"vendor": w.rows["vendors"].pk, "name": "New"},
    "contracts": lambda w: {
        "title": "New",
        "vendor": w.rows["vendors"].pk,
        "department": w.home.pk,
        "currency": "EUR",
    },
    "contract-links": lambda w: {
        "from_contract": w.rows["contracts"].pk,
        "to_contract": w.rows["price-changes"].contract_id,
        "kind": "replacement",
    },
    "terms": lambda w: {
        "contract": w.rows["contracts"].pk,
        "start_date": "2027-01-01",
        "end_date": "2027-12-31",
        "annual_value": "13200.00",
    },
    "licence-lines": lambda w: {
        "term": w.rows["terms"].pk,
        "quantity": "10",
        "unit_price": "99.9950",
    },
    "documents": lambda w: {
        "contract": w.rows["contracts"].pk,
        "title": "New",
        "kind": "insurance",
        "expires_on": "2027-01-31",
    },
    "charges": lambda w: {
        "source": "ledger",
        "external_id": "new",
        "contract": w.rows["contracts"].pk,
        "charged_on": "2026-01-31",
        "currency": "EUR",
        "gross": "1000.00",
    },
    "fx-rates": lambda w: {
        "fixed_on": "2025-01-31",
        "quote": "USD",
        "rate": "1.08",
        "source": "manual",
    },
    "index-values": lambda w: {"name": "New", "month": "2026-01-01", "value": "100.5"},
    "budgets": lambda w: {
        "fiscal_year": 2026,
        "dimension": "total",
        "currency": "EUR",
        "amount": "1",
    },
    "alert-policies": lambda w: {"name": "New", "offsets": [60, 30]},
    "destinations": lambda w: {"address": "new@tracker.example"},
    "notification-preferences": lambda w: {"rhythm": "weekly", "weekday": 4},
    "api-tokens": lambda w: {"name": "New", "scopes": ["read"]},
}

CHANGE: dict[str, Body] = {
    "departments": {"cost_centre": "CC-1"},
    "memberships": {"role": "viewer"},
    "categories": {"name": "Changed"},
    "vendors": {"note": "Changed"},
    "products": {"stage": "retiring"},
    "contracts": {"note": "Changed"},
    "terms": {"annual_value": "12500.00"},
    "licence-lines": {"sku": "CHANGED"},
    "documents": {"reference": "CHANGED"},
    "budgets": {"amount": "2.50"},
    "index-values": {"value": "101.25"},
    "alert-policies": {"offsets": [90]},
    "destinations": {"is_active": False},
    "price-flags": {"state": "disputed"},
    "notification-preferences": {"rhythm": "daily", "quiet_days": [5, 6]},
}

ACT: dict[str, Body] = {
    "calculator": {"inputs": {"start": "1000", "end": "1100", "new": "200"}, "claimed": "90%"},
    "contracts-renew": {"start_date": "2027-01-01"},
    "contracts-cancel": {"last_day": "2026-12-31"},
    "contracts-give-notice": {"given_on": "2026-06-01"},
    "charges-reverse": {"charged_on": "2026-03-31"},
    "alerts-acknowledge": {},
    "alerts-snooze": {"until": "2199-12-31"},
    "alerts-wake": {},
    "inbox-read": {"alerts": [1]},
    "api-tokens-revoke": {},
}
