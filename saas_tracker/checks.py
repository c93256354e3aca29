"""System checks: what is wrong with this installation, in words an operator can act on.

`manage.py check --deploy` shows all of them, every other command those that hold everywhere.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections
from django.utils.translation import gettext as _

from contracts.rules.calendar import business_calendar

SHORTEST_KEY = 40
FEWEST_CHARACTERS = 12
# Before this release SQLite could lose committed rows when a WAL file was reset.
SQLITE_SAFE = (3, 51, 3)
LEASE_FACTOR = 4
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}

Apps = Sequence[AppConfig] | None


def warning(number: int, text: str, hint: str) -> list[CheckMessage]:
    """Return one warning; `saas_tracker.W007` is how an operator silences number 7."""
    return [Warning(text, hint=hint, id=f"saas_tracker.W{number:03}")]


def is_public() -> bool:
    """Say whether people reach the site from other machines."""
    return urlsplit(settings.BASE_URL).hostname not in LOCAL_HOSTS


def uses_sqlite() -> bool:
    """Say whether the one database is a file."""
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")


def check_secret_key(app_configs: Apps, **_options: Any) -> list[CheckMessage]:
    """Sessions and tokens are only as secret as the key."""
    key = settings.SECRET_KEY
    if len(key) >= SHORTEST_KEY and len(set(key)) >= FEWEST_CHARACTERS:
        return []
    return warning(
        1,
        _("SECRET_KEY can be guessed."),
        _("Leave SECRET_KEY out of the environment and one is made, or use 50 random characters."),
    )


def check_allowed_hosts(app_configs: Apps, **_options: Any) -> list[CheckMessage]:
    """A wildcard lets a stranger choose the host that links point to."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return warning(
        2,
        _("ALLOWED_HOSTS allows every host name."),
        _("List the names people use: ALLOWED_HOSTS=tracker.example.org"),
    )


def check_debug(app_configs: Apps, **_options: Any) -> list[CheckMessage]:
    """Debug pages show settings and data to whoever causes an error."""
    if not (settings.DEBUG and is_public()):
        return []
    return warning(
        3, _("DEBUG is on at a public address."), _("Remove DEBUG from the environment.")
    )


def check_sqlite_release(app_configs: Apps, **_options: Any) -> list[CheckMessage]:
    """Tell of the WAL-reset fault of older SQLite libraries."""
    if not uses_sqlite() or sqlite3.sqlite_version_info >= SQLITE_SAFE:
        return []
    return warning(
        4,
        _("SQLite %(version)s can, very rarely, lose rows when its log is reset.")
        % {"version": sqlite3.sqlite_version},
        _("Back up every night, use SQLite 3.51.3 or newer, or set DATABASE_URL to PostgreSQL."),
    )


def check_wal(
    app_configs: Apps, databases: Iterable[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    """Ask the live connection: a network file system silently refuses the write-ahead log."""
    modes = [journal_mode(alias) for alias in databases or () if uses_sqlite()]
    if all(mode in {"wal", "memory"} for mode in modes):
        return []
    return warning(
        5,
        _("The database file does not use a write-ahead log: people will wait for each other."),
        _("Keep DATA_DIR on a local disk, or set DATABASE_URL to PostgreSQL."),
    )


def journal_mode(alias: str) -> str:
    """Return how the SQLite database behind `alias` keeps its journal."""
    with connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        return str(cursor.fetchone()[0])


def check_broker(app_configs: Apps, **_options: Any) -> list[CheckMessage]:
    """The folder broker reaches one machine only."""
    if uses_sqlite() or settings.REDIS_URL:
        return []
    return warning(
        6,
        _("PostgreSQL without Redis: jobs reach only a worker on this machine."),
        _("Set REDIS_URL if web and worker run on different machines."),
    )


def check_lease(app_configs: Apps, **_options: Any) -> list[CheckMessage]:
    """A lease shorter than a slow send lets two senders send the same message."""
    shortest = LEASE_FACTOR * settings.DELIVERY_SEND_TIMEOUT_SECONDS
    if settings.DELIVERY_LEASE_SECONDS >= shortest:
        return []
    return warning(
        7,
        _("DELIVERY_LEASE_SECONDS is too short: a slow mail server would get messages twice."),
        _("Set it to %(seconds)d or more, or lower DELIVERY_SEND_TIMEOUT_SECONDS.")
        % {"seconds": shortest},
    )


def check_sender(app_configs: Apps, **_options: Any) -> list[CheckMessage]:
    """Mail from localhost is refused or lost in the junk folder."""
    if not settings.SMTP_URL or "@localhost" not in settings.DEFAULT_FROM_EMAIL:
        return []
    return warning(
        8,
        _("Mail would be sent from an address at localhost."),
        _("Set DEFAULT_FROM_EMAIL to an address of your own domain."),
    )


def check_base_url(app_configs: Apps, **_options: Any) -> list[CheckMessage]:
    """Every reminder carries a link that starts with BASE_URL."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    names = {name.lstrip(".") for name in settings.ALLOWED_HOSTS}
    if "*" in names or any(host == name or host.endswith(f".{name}") for name in names):
        return []
    return warning(
        9,
        _("Links in reminders point to %(host)s, which ALLOWED_HOSTS does not allow.")
        % {"host": host or settings.BASE_URL},
        _("Set BASE_URL to the address people use, and name its host in ALLOWED_HOSTS."),
    )


def check_home_calendar(app_configs: Apps, **_options: Any) -> list[CheckMessage]:
    """An unknown calendar would count weekends only."""
    unknown = business_calendar((settings.HOME_CALENDAR,)).warnings
    if not unknown:
        return []
    return warning(
        10,
        _("No holidays are known for HOME_CALENDAR %(code)s.") % {"code": ", ".join(unknown)},
        _("Use the code of a country or region, such as DE, DE-BY or US-CA."),
    )


def check_mail_leaves(app_configs: Apps, **_options: Any) -> list[CheckMessage]:
    """On a public site nobody looks into the file outbox for a reminder."""
    if settings.SMTP_URL or not is_public():
        return []
    return warning(
        11,
        _("Reminders go to files on this machine, not to people."),
        _("Set SMTP_URL, for example smtp+tls://user:password@mail.example.org:587"),
    )


def check_offsets(app_configs: Apps, **_options: Any) -> list[CheckMessage]:
    """Offsets out of order would send the least urgent reminder."""
    offsets = settings.ALERT_OFFSETS
    if offsets and offsets == sorted(set(offsets), reverse=True) and offsets[-1] >= 0:
        return []
    return warning(
        12,
        _("ALERT_OFFSETS is not a falling list of days."),
        _("Write different whole days, the largest first: ALERT_OFFSETS=120,90,60,30,14,7,1"),
    )


def check_fiscal_year(app_configs: Apps, **_options: Any) -> list[CheckMessage]:
    """A year of figures starts in a month of the calendar."""
    if 1 <= settings.FISCAL_YEAR_START_MONTH <= 12:
        return []
    return warning(
        13,
        _("FISCAL_YEAR_START_MONTH is not a month."),
        _("Write a number from 1 (January) to 12 (December)."),
    )


EVERYWHERE: tuple[Callable[..., list[CheckMessage]], ...] = (
    check_secret_key,
    check_allowed_hosts,
    check_debug,
    check_broker,
    check_lease,
    check_sender,
    check_base_url,
    check_home_calendar,
    check_offsets,
    check_fiscal_year,
)


def register_all() -> None:
    """Make Django run these checks."""
    for check in EVERYWHERE:
        register(check)
    register(check_wal, Tags.database)
    for check in (check_sqlite_release, check_mail_leaves):
        register(check, deploy=True)
