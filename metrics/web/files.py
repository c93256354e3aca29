"""A table as the file that a browser saves."""

import json
from collections.abc import Callable

from django.http import HttpResponse

from metrics.queries.tables import Table, as_csv, as_json, as_xlsx, lines

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Write = Callable[[Table], bytes]


def _csv(table: Table) -> bytes:
    return lines(as_csv(table)).encode()


def _xlsx(table: Table) -> bytes:
    return as_xlsx(table).getvalue()


def _json(table: Table) -> bytes:
    return json.dumps(as_json(table), ensure_ascii=False, indent=1).encode()


FORMS: dict[str | None, tuple[str, Write]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "xlsx": (XLSX, _xlsx),
    "json": ("application/json", _json),
}


def file(table: Table, form: str | None) -> HttpResponse:
    """Return a table as a download."""
    content_type, write = FORMS[form]
    name = f'attachment; filename="{table.name}.{form}"'
    return HttpResponse(
        write(table), content_type=content_type, headers={"Content-Disposition": name}
    )
