"""For load balancers and watchdogs, which have no account: is the engine alive, is the site ready?"""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from contracts.queries import health

UNAVAILABLE = 503


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while scans run and alerts go out, else 503; only ages of jobs are shown."""
    try:
        status = health.scan_status(timezone.now())
    except DatabaseError:
        return JsonResponse({"status": "database down", "jobs": {}}, status=UNAVAILABLE)
    code = 200 if status.is_healthy else UNAVAILABLE
    return JsonResponse({"status": status.word, "jobs": status.ages}, status=code)


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers and every migration is applied, else 503."""
    try:
        executor = MigrationExecutor(connection)
        waiting = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return JsonResponse({"status": "database down"}, status=UNAVAILABLE)
    word = "migrations missing" if waiting else "ready"
    return JsonResponse({"status": word}, status=UNAVAILABLE if waiting else 200)
