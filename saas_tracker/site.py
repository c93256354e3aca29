"""The look of the site and the way around it: read by the settings, so nothing here touches a table."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

# Teal: readable as text on white (700) and on dark grey (400), and not the red, amber or green of the badges.
PRIMARY = {
    "50": "oklch(97.5% .016 195)",
    "100": "oklch(94.5% .035 195)",
    "200": "oklch(89.5% .062 195)",
    "300": "oklch(82% .09 196)",
    "400": "oklch(73% .105 197)",
    "500": "oklch(62% .1 198)",
    "600": "oklch(51.5% .085 200)",
    "700": "oklch(45% .075 202)",
    "800": "oklch(38.5% .062 204)",
    "900": "oklch(33% .052 206)",
    "950": "oklch(25% .045 208)",
}


def file(path: str) -> Callable[[HttpRequest], str]:
    """Return what finds the address of a static file once a page asks for it."""
    return lambda request: static(path)


def item(title: Any, icon: str, name: str) -> dict[str, Any]:
    """Return an entry of the navigation."""
    return {"title": title, "icon": icon, "link": reverse_lazy(name)}


def table(title: Any, icon: str, model: str) -> dict[str, Any]:
    """Return an entry that leads to the list of a table."""
    return item(title, icon, f"admin:{model}_changelist")


def on_deliveries(request: HttpRequest) -> bool:
    """Say whether this is a page of deliveries; the outbox below them has its own entry."""
    return "/delivery/" in request.path and "/outbox/" not in request.path


def on_alerts(request: HttpRequest) -> bool:
    """Say whether this is a page of alerts; coverage and preview have entries of their own."""
    own = ("/coverage/", "/simulation/")
    return "/contracts/alert/" in request.path and not request.path.endswith(own)


NAVIGATION = [
    {
        "title": None,
        "items": [
            item(_("Dashboard"), "space_dashboard", "admin:index"),
            item(_("Inbox"), "inbox", "contracts:inbox")
            | {"badge": "saas_tracker.dashboard.unread"},
            table(_("Contracts"), "contract", "contracts_contract"),
            table(_("Terms"), "date_range", "contracts_term"),
            table(_("Vendors"), "storefront", "contracts_vendor"),
            item(_("Import"), "upload_file", "contracts:import"),
        ],
    },
    {
        "title": _("Alerts"),
        "separator": True,
        "items": [
            table(_("Alerts"), "notifications", "contracts_alert") | {"active": on_alerts},
            item(_("Coverage"), "fact_check", "admin:contracts_coverage"),
            item(_("Preview"), "event_available", "admin:contracts_simulation"),
            table(_("Deliveries"), "outgoing_mail", "contracts_delivery")
            | {"active": on_deliveries},
            item(_("Outbox"), "mail", "admin:contracts_outbox"),
            table(_("Calendar feeds"), "calendar_month", "contracts_calendarfeed"),
            item(_("My notifications"), "notifications_active", "admin:contracts_notifications"),
        ],
    },
    {
        "title": _("Money"),
        "separator": True,
        "items": [
            table(_("Price flags"), "flag", "contracts_priceflag"),
            table(_("Price changes"), "trending_up", "contracts_pricechange"),
            table(_("Charges"), "receipt_long", "contracts_charge"),
            table(_("Budgets"), "savings", "contracts_budget"),
            table(_("Exchange rates"), "currency_exchange", "contracts_fxrate"),
            table(_("Price indices"), "show_chart", "contracts_indexvalue"),
        ],
    },
    {
        "title": _("Figures"),
        "separator": True,
        "items": [
            item(_("Spend"), "payments", "metrics:spend"),
            item(_("Retention"), "water_drop", "metrics:retention"),
            item(_("Prices"), "price_change", "metrics:prices"),
            item(_("Data quality"), "rule", "metrics:quality"),
            item(_("Forecast"), "query_stats", "metrics:forecast"),
            item(_("Silent renewals"), "bedtime", "metrics:decisions"),
            item(_("Calculators"), "calculate", "metrics:calculators"),
        ],
    },
    {
        "title": _("Catalogue"),
        "separator": True,
        "collapsible": True,
        "items": [
            table(_("Products"), "apps", "contracts_product"),
            table(_("Licence lines"), "list_alt", "contracts_licenceline"),
            table(_("Categories"), "category", "contracts_category"),
            table(_("Contract links"), "link", "contracts_contractlink"),
            table(_("Vendor aliases"), "spellcheck", "contracts_vendoralias"),
        ],
    },
    {
        "title": _("Organisation"),
        "separator": True,
        "collapsible": True,
        "items": [
            table(_("Departments"), "account_tree", "contracts_department"),
            table(_("Memberships"), "badge", "contracts_membership"),
            table(_("Users"), "group", "accounts_user"),
            table(_("API tokens"), "key", "accounts_apitoken"),
            table(_("Alert policies"), "tune", "contracts_alertpolicy"),
            table(_("Destinations"), "alternate_email", "contracts_destination"),
            table(_("Import mappings"), "table_convert", "contracts_importmapping"),
            table(_("Imported files"), "history", "contracts_importrun"),
            table(_("Jobs"), "monitor_heart", "contracts_heartbeat"),
            table(_("Holds"), "pause_circle", "contracts_hold"),
        ],
    },
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("SaaS Tracker"),
    "SITE_HEADER": _("SaaS Tracker"),
    "SITE_SUBHEADER": _("Contracts, deadlines, spend"),
    "SITE_SYMBOL": "event_upcoming",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": file("favicon.svg")}],
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "saas_tracker.dashboard.dashboard",
    "STYLES": [file("css/tracker.css")],
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": PRIMARY},
    "ACCOUNT": {
        "navigation": [
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ]
    },
    "COMMAND": {
        "search_models": ["contracts.contract", "contracts.vendor", "contracts.product"],
    },
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "navigation": NAVIGATION,
    },
}
