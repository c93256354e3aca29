"""Seal the stored addresses and secrets again, after a new key was put before the old one."""

from typing import Any

from django.core.management.base import BaseCommand

from contracts.services import trials


class Command(BaseCommand):
    help = "Seal every stored web address and signing secret with the first key of SECRETS_KEYS."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{trials.seal_again()} destinations sealed with the first key.")
