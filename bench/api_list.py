"""The list of 50 contracts: the product beside a plain ModelViewSet and beside one SQL statement."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from string import Template
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from bench import OPTIONS, measure, portfolio
from contracts.models import Membership
from contracts.rules.vocabulary import Role
from contracts.services import records
from saas_tracker.accounts import tokens
from saas_tracker.accounts.models import User

PAGE = 50
REQUESTS = 20
PRODUCT = "product: 50 contracts, current term, state, proof, rights"
BASELINE = "DRF ModelViewSet, select_related, no rights"
BARE = "bare WSGI, one SQL statement and the exact count"
BARE_UNCOUNTED = "bare WSGI, one SQL statement, not counted"
PAIRS = """
    'id', c.id, 'public_id', c.public_id, 'external_reference', c.external_reference,
    'title', c.title, 'vendor', c.vendor_id, 'vendor_name', v.name, 'category', c.category_id,
    'category_name', g.name, 'department', c.department_id, 'department_name', d.name,
    'owner', c.owner_id, 'owner_email', u.email, 'currency', c.currency, 'is_draft', c.is_draft,
    'renewal_kind', c.renewal_kind, 'initial_months', c.initial_months,
    'renewal_months', c.renewal_months, 'notice_value', c.notice_value,
    'notice_unit', c.notice_unit, 'notice_rule', c.notice_rule,
    'window_opens_value', c.window_opens_value, 'window_opens_unit', c.window_opens_unit,
    'notice_method', c.notice_method, 'delivery_lead_days', c.delivery_lead_days,
    'announcement_days', c.announcement_days, 'true_up_months', c.true_up_months,
    'true_up_report_days', c.true_up_report_days, 'billing_frequency', c.billing_frequency,
    'payment_terms_days', c.payment_terms_days, 'cap_kind', c.cap_kind, 'cap_pct', c.cap_pct,
    'signed_on', c.signed_on, 'notice_given_on', c.notice_given_on
"""
MORE_PAIRS = """
    'cancelled_on', c.cancelled_on, 'leaving_reason', c.leaving_reason, 'tags', c.tags,
    'note', c.note, 'version', c.version, 'created_at', c.created_at, 'updated_at', c.updated_at
"""
# Two objects joined: functions of PostgreSQL take a hundred arguments at most.
ROW = {
    "sqlite": "json_group_array(json_patch(json_object($pairs), json_object($more)))",
    "postgresql": "json_agg(jsonb_build_object($pairs) || jsonb_build_object($more))::text",
}
ONE_STATEMENT = """
SELECT $row
FROM (SELECT * FROM contracts_contract ORDER BY id LIMIT 50) c
JOIN contracts_vendor v ON v.id = c.vendor_id
LEFT JOIN contracts_category g ON g.id = c.category_id
LEFT JOIN contracts_department d ON d.id = c.department_id
LEFT JOIN accounts_user u ON u.id = c.owner_id
"""
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def main() -> None:
    """Print requests and milliseconds of each way to answer the list."""
    portfolio.load()
    settings.ROOT_URLCONF = "bench.urls"
    site = WSGIHandler()
    headers = {"HTTP_AUTHORIZATION": f"Bearer {_token()}"}
    candidates = {
        PRODUCT: partial(_requests, site, f"/api/v1/contracts/?page_size={PAGE}", headers),
        BASELINE: partial(_requests, site, "/baseline/", {}),
        BARE: partial(_requests, partial(_bare, counted=True), "/", {}),
        BARE_UNCOUNTED: partial(_requests, partial(_bare, counted=False), "/", {}),
    }
    measure.headline(f"API list of {PAGE} of {OPTIONS.contracts} contracts, one request at a time")
    timings = measure.interleaved(candidates, OPTIONS.runs)
    measure.table(timings, floor=BARE, per=REQUESTS)
    faster = measure.ratio(timings, BASELINE, PRODUCT)
    measure.goal("requests per second over the DRF baseline", faster, 1.5, at_least=True)


def _token() -> str:
    """Return the token of somebody who may read the contracts of the whole organisation."""
    reader, _made = User.objects.get_or_create(email="reader@example.com")
    if not reader.memberships.exists():
        records.store(Membership(user=reader, role=Role.VIEWER.value))
    return tokens.create_token(reader, name="bench", scopes=["read"])[1]


def _requests(application: Application, path: str, headers: dict[str, str]) -> None:
    for _number in range(REQUESTS):
        answer = _get(application, path, headers)
        rows = answer["results"]
        if len(rows) != PAGE:
            raise SystemExit(f"{path} answered {len(rows)} rows")


def _get(application: Application, path: str, headers: dict[str, str]) -> Any:
    environ: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", **headers}
    environ["PATH_INFO"], _, environ["QUERY_STRING"] = path.partition("?")
    setup_testing_defaults(environ)
    environ["HTTP_HOST"] = "127.0.0.1"
    statuses: list[str] = []
    answer = application(environ, lambda status, _headers, *_info: statuses.append(status))
    body = b"".join(answer)
    close = getattr(answer, "close", None)
    if close is not None:
        close()
    if not statuses[0].startswith("200"):
        raise SystemExit(f"{path} answered {statuses[0]}: {body[:300]!r}")
    return json.loads(body)


def _bare(
    _environ: dict[str, Any], start_response: Callable[..., Any], *, counted: bool
) -> list[bytes]:
    """Answer with what one statement makes of the first page."""
    with connection.cursor() as cursor:
        count = None
        if counted:
            cursor.execute("SELECT COUNT(*) FROM contracts_contract")
            count = cursor.fetchone()[0]
        cursor.execute(_statement())
        rows = cursor.fetchone()[0]
    start_response("200 OK", [("Content-Type", "application/json")])
    return [f'{{"count": {json.dumps(count)}, "results": {rows}}}'.encode()]


def _statement() -> str:
    row = Template(ROW[connection.vendor]).substitute(pairs=PAIRS, more=MORE_PAIRS)
    return Template(ONE_STATEMENT).substitute(row=row)


if __name__ == "__main__":
    main()
