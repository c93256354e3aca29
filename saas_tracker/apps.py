from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from saas_tracker import checks


class ProjectConfig(AppConfig):
    """The project as an app: its commands and system checks."""

    name = "saas_tracker"
    verbose_name = _("SaaS Tracker")

    def ready(self) -> None:
        checks.register_all()
