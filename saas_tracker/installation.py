"""Brings an installation from an empty data folder to one that can be served."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.management import call_command
from django.utils.translation import gettext as _

from contracts.models import Contract
from contracts.services import ledger
from saas_tracker.accounts.first_run import create_first_administrator


@dataclass(frozen=True)
class Administrator:
    """The first sign-in; the password is known only here and only now."""

    email: str
    password: str


def prepare(*, email: str, demo: bool, say: Callable[[str], None]) -> Administrator | None:
    """Migrate, and on the first run create the administrator and, if wanted, the demo portfolio.

    Returns the administrator on the first run, None on every later one; later runs change no data.
    """
    say(_("Preparing the database ..."))
    call_command("migrate", interactive=False, verbosity=0)
    if ledger.is_behind():
        say(_("Working out the ledger again ..."))
        ledger.rebuild()
    password = create_first_administrator(email=email)
    if password is None:
        return None
    if demo and not Contract.objects.exists():
        say(_("Loading a demo portfolio (DEMO=no starts empty) ..."))
        call_command("load_demo", verbosity=0)
    return Administrator(email, password)
