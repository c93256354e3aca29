"""Columns that hold what opens a door: sealed in the database, in its backups and in its exports.

Decision: docs/decisions/0008-secrets-and-web-addresses.md
"""

import base64
import hmac
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

SEALED = "sealed:"
PURPOSE = b"saas-tracker: columns"

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


def keyring() -> MultiFernet:
    """Return what seals with the first of the operator's keys and opens with each of them."""
    return MultiFernet([Fernet(_key(text)) for text in settings.SECRETS_KEYS])


def _key(text: str) -> bytes:
    return base64.urlsafe_b64encode(hmac.digest(text.encode(), PURPOSE, "sha256"))


class SecretField(TextField):
    """Text that is readable in Python alone; empty where none of the keys opens it."""

    def get_prep_value(self, value: Any) -> Any:
        return SEALED + keyring().encrypt(value.encode()).decode() if value else ""

    def from_db_value(self, value: Any, *_args: object) -> Any:
        return self.to_python(value)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith(SEALED):
            return value
        try:
            return keyring().decrypt(value.removeprefix(SEALED)).decode()
        except InvalidToken:
            return ""

    def value_to_string(self, obj: Any) -> str:
        return str(self.get_prep_value(self.value_from_object(obj)))
