from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "saas_tracker.accounts"
    verbose_name = _("Accounts")
