"""The admin: how people work with contracts. Importing it registers every table."""

from contracts.admin import (
    alerts,
    catalog,
    charges,
    contracts,
    deliveries,
    destinations,
    documents,
    feeds,
    holds,
    imports,
    organisation,
    preferences,
    prices,
    terms,
)

__all__ = [
    "alerts",
    "catalog",
    "charges",
    "contracts",
    "deliveries",
    "destinations",
    "documents",
    "feeds",
    "holds",
    "imports",
    "organisation",
    "preferences",
    "prices",
    "terms",
]
