"""The landing page as a person asks for it; with `--contracts 200` it is that of a real portfolio."""

from typing import Any

from django.test import Client, RequestFactory

from bench import OPTIONS, measure, portfolio
from contracts.models import Membership
from contracts.rules.vocabulary import Role
from contracts.services import records
from saas_tracker.accounts.models import User
from saas_tracker.dashboard import dashboard

PAGE = "request: the whole page, signed in, templates of the admin included"
OURS = "of it: what is asked and worked out for it"
REAL = 200
LIMIT = 50


def main() -> None:
    """Print the time of the page, and of what our own code does for it."""
    portfolio.load()
    reader = _reader()
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(reader)
    request: Any = RequestFactory().get("/admin/")
    request.user = reader
    measure.headline(f"Dashboard of {OPTIONS.contracts} contracts")
    candidates: dict[str, measure.Candidate] = {
        PAGE: lambda: _answered(client),
        OURS: lambda: dashboard(request, {}),
    }
    timings = measure.interleaved(candidates, OPTIONS.runs)
    measure.table(timings, floor=PAGE)
    if OPTIONS.contracts <= REAL:
        ours = next(timing for timing in timings if timing.name == OURS)
        measure.goal("CPU milliseconds of our code for the page", min(ours.cpu), LIMIT)


def _reader() -> User:
    """Return somebody who may read the contracts of the whole organisation."""
    found = User.objects.filter(email="staff@example.com").first()
    if found is None:
        found = User.objects.create_user(email="staff@example.com", password=None, is_staff=True)
        records.store(Membership(user=found, role=Role.VIEWER.value))
    return found


def _answered(client: Client) -> None:
    status = client.get("/admin/").status_code
    if status != 200:
        raise SystemExit(f"the dashboard answered {status}")


if __name__ == "__main__":
    main()
