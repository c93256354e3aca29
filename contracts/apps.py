from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    name = "contracts"
    verbose_name = _("Contracts")

    def ready(self) -> None:
        """Keep the triggers in place over every migration."""
        post_migrate.connect(_install_triggers, sender=self)


def _install_triggers(**_options: Any) -> None:
    # By name: tables can be imported only once all apps are known.
    table = import_string("contracts.services.spend_steps.TABLE")
    if table in connection.introspection.table_names():
        import_string("contracts.services.spend_steps.install")()
