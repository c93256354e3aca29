"""Signed webhooks, as Standard Webhooks 1.0 describes them."""

import base64
import binascii
import hmac
import json

from contracts.rules.messages import Message, Post, Refused, Sent

MARK = "whsec_"


class WebhookChannel:
    """One event, signed with every secret that is valid: two while they are rotated."""

    def __init__(self, *, post: Post) -> None:
        """`post` carries the bytes."""
        self.post = post

    def send(self, message: Message, *, timeout: float) -> Sent:
        """Post the event; its id is the same for every attempt, its timestamp is not."""
        body = json.dumps(message.event, ensure_ascii=False).encode()
        stamp = str(int(message.at.timestamp()))
        signed = f"{message.delivery_id}.{stamp}.".encode() + body
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "saas-tracker",
            "webhook-id": message.delivery_id,
            "webhook-timestamp": stamp,
            "webhook-signature": " ".join(signature(s, signed) for s in message.secrets),
        }
        self.post(message.url, body, headers, timeout=timeout)
        return Sent(provider_id=message.delivery_id)


def signature(secret: str, signed: bytes) -> str:
    """Return one signature, version 1: HMAC-SHA256 in base64."""
    try:
        key = base64.b64decode(secret.removeprefix(MARK), validate=True)
    except (binascii.Error, ValueError):
        raise Refused("The signing secret is not base64.", permanent=True) from None
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
