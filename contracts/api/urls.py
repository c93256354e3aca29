"""The addresses of the tables below /api/v1/."""

from typing import Any

from rest_framework.routers import SimpleRouter

from contracts.api import (
    alerts,
    catalog,
    charges,
    contracts,
    documents,
    inbox,
    notifications,
    organisation,
    prices,
    terms,
)

app_name = "api"

RESOURCES: dict[str, type[Any]] = {
    "departments": organisation.DepartmentViewSet,
    "memberships": organisation.MembershipViewSet,
    "categories": catalog.CategoryViewSet,
    "vendors": catalog.VendorViewSet,
    "vendor-aliases": catalog.VendorAliasViewSet,
    "products": catalog.ProductViewSet,
    "contracts": contracts.ContractViewSet,
    "contract-links": contracts.ContractLinkViewSet,
    "terms": terms.TermViewSet,
    "licence-lines": terms.LicenceLineViewSet,
    "documents": documents.DocumentViewSet,
    "charges": charges.ChargeViewSet,
    "fx-rates": charges.FxRateViewSet,
    "budgets": charges.BudgetViewSet,
    "index-values": charges.IndexValueViewSet,
    "alert-policies": alerts.AlertPolicyViewSet,
    "alerts": alerts.AlertViewSet,
    "inbox": inbox.InboxViewSet,
    "destinations": alerts.DestinationViewSet,
    "deliveries": alerts.DeliveryViewSet,
    "delivery-attempts": alerts.AttemptViewSet,
    "notification-preferences": notifications.PreferenceViewSet,
    "holds": notifications.HoldViewSet,
    "heartbeats": alerts.HeartbeatViewSet,
    "price-changes": prices.PriceChangeViewSet,
    "price-flags": prices.PriceFlagViewSet,
}

router = SimpleRouter()
for name, viewset in RESOURCES.items():
    router.register(name, viewset, basename=name)
urlpatterns = router.urls
