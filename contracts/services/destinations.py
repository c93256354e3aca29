"""What a destination must be before it is stored: an address that can be reached, secrets that sign."""

import base64
import binascii

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from contracts.models import Destination
from contracts.rules.addresses import endpoint
from contracts.rules.vocabulary import ChannelKind

MARK = "whsec_"
SECRET_BYTES = range(24, 65)


def prepare(destination: Destination) -> None:
    """Check what was written and fill the columns that nobody types.

    Of a web address its host becomes the shown address. A webhook's secret is base64 of 24 to 64
    bytes; when another takes its place, the old one signs too until `trials.end_rotation`. Raises
    `ValidationError`, which repeats neither.

    Source: S06, S07, S22.
    """
    if destination.kind == ChannelKind.EMAIL:
        destination.url = destination.secret = destination.previous_secret = ""
        if not destination.address:
            raise ValidationError({"address": _("An e-mail address is needed.")})
        return
    destination.address = _host(destination.url)
    if destination.kind != ChannelKind.WEBHOOK:
        destination.secret = destination.previous_secret = ""
        return
    _refuse_weak(destination.secret)
    stored = Destination.objects.filter(pk=destination.pk).values_list("secret", flat=True).first()
    if stored and stored != destination.secret:
        destination.previous_secret = stored


def _host(url: str) -> str:
    try:
        return endpoint(url, settings.WEBHOOK_PORTS).host
    except ValueError as problem:
        text = _("This web address is refused: %(reason)s.") % {"reason": problem}
        raise ValidationError({"url": text}) from None


def _refuse_weak(secret: str) -> None:
    try:
        size = len(base64.b64decode(secret.removeprefix(MARK), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if size not in SECRET_BYTES:
        text = _("A signing secret is whsec_ and 24 to 64 random bytes in base64.")
        raise ValidationError({"secret": text})
