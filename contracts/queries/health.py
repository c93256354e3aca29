"""Whether the engine runs: the age of each job's last complete run, and what it could not do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from contracts.models import Heartbeat, Hold

# Without these two nobody is told anything.
VITAL_JOBS = ("plan", "pump")
# Hourly; once it has run it must go on.
AUDIT_STALE = timedelta(minutes=150)


@dataclass(frozen=True, slots=True)
class ScanStatus:
    """The state of the engine; an age is in seconds, None for a job that never ran to its end."""

    ages: dict[str, int | None]
    stale: tuple[str, ...]
    unreached: int
    breaches: int = 0
    is_held: bool = False

    @property
    def is_healthy(self) -> bool:
        """Say whether alerts are raised, go out and stood up to the last audit; held ones will."""
        return self.word in ("ok", "held")

    @property
    def word(self) -> str:
        """Return the worst that is wrong: stale, undelivered, audit or held; ok if nothing is."""
        if self.stale:
            return "stale"
        if self.unreached:
            return "undelivered"
        if self.breaches:
            return "audit"
        return "held" if self.is_held else "ok"


def scan_status(now: datetime) -> ScanStatus:
    """Return how long ago each job ran to its end, which vital ones are overdue, who is not reached.

    `unreached` counts open alerts that have nobody left to go to, `breaches` what the last audit found. Two statements.
    """
    beats = {beat.job: beat for beat in Heartbeat.objects.all()}
    ages: dict[str, int | None] = dict.fromkeys(VITAL_JOBS)
    for job, beat in beats.items():
        ages[job] = max(0, int((now - beat.finished_at).total_seconds()))
    limit = timedelta(minutes=settings.SCAN_STALE_MINUTES).total_seconds()
    stale = tuple(job for job in VITAL_JOBS if (age := ages[job]) is None or age > limit)
    if (ages.get("audit") or 0) > AUDIT_STALE.total_seconds():
        stale += ("audit",)
    saw = {job: beat.saw for job, beat in beats.items()}
    return ScanStatus(
        ages=ages,
        stale=stale,
        unreached=saw.get("plan", {}).get("without_recipient", 0),
        breaches=saw.get("audit", {}).get("breaches", 0),
        is_held=Hold.objects.filter(released_at=None).exists(),
    )
