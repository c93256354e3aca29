"""The project: wiring, no word of the domain."""

from saas_tracker.celery import app as celery_app

__all__ = ["celery_app"]
