"""How the REST API behaves; read by `saas_tracker.settings`."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from saas_tracker.env import env

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200

REST_FRAMEWORK: dict[str, Any] = {
    # The token comes first: it decides what a request without any is answered (401, not 403).
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "saas_tracker.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["saas_tracker.api.permissions.SignedInWithinScope"],
    "DEFAULT_PARSER_CLASSES": ["saas_tracker.api.parsers.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_CLASSES": ["saas_tracker.api.throttles.MinuteThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "requests": env.str("API_REQUESTS_PER_MINUTE", default="1200"),
        "metrics": env.str("API_METRICS_PER_MINUTE", default="120"),
    },
    "DEFAULT_PAGINATION_CLASS": "saas_tracker.api.pagination.BoundedPages",
    "DEFAULT_SCHEMA_CLASS": "saas_tracker.api.schema.ProblemAutoSchema",
    "EXCEPTION_HANDLER": "saas_tracker.api.errors.exception_handler",
    "PAGE_SIZE": PAGE_SIZE,
    # The format is JSON; a parameter named `format` would be a second way to say so.
    "URL_FORMAT_OVERRIDE": None,
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": _("SaaS Tracker"),
    "DESCRIPTION": _(
        "Contracts, their notice deadlines, alerts, prices and spend.\n\n"
        "Sign in with `Authorization: Bearer ct_…` or with the session of the site. "
        "Amounts are text with the currency beside them, days are `YYYY-MM-DD`. "
        "A change names the version it was made from: send the `ETag` you read as `If-Match`."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["saas_tracker.api.permissions.SignedInWithinScope"],
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": True,
    "ENUM_NAME_OVERRIDES": {
        name: f"contracts.models.choices.{choices}"
        for name, choices in {
            "AlertKind": "ALERT_KINDS",
            "AlertState": "ALERT_STATES",
            "AttemptOutcome": "ATTEMPT_OUTCOMES",
            "BillingFrequency": "BILLING_FREQUENCIES",
            "BudgetDimension": "BUDGET_DIMENSIONS",
            "CapKind": "CAP_KINDS",
            "ChannelKind": "CHANNEL_KINDS",
            "ContractState": "CONTRACT_STATES",
            "DeliveryState": "DELIVERY_STATES",
            "FlagKind": "FLAG_KINDS",
            "FlagState": "FLAG_STATES",
            "LinkKind": "LINK_KINDS",
            "NoticeMethod": "NOTICE_METHODS",
            "NoticeRule": "NOTICE_RULES",
            "NoticeUnit": "NOTICE_UNITS",
            "PricingModel": "PRICING_MODELS",
            "ProductStage": "PRODUCT_STAGES",
            "RenewalKind": "RENEWAL_KINDS",
            "Role": "ROLES",
            "Severity": "SEVERITIES",
        }.items()
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "validatorUrl": None},
}
