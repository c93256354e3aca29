"""Signed webhooks as a stranger's library verifies them, and the shapes that chats read."""

import base64
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from contracts.channels.chat import LONGEST_TEXT, ChatChannel, Shape, discord, slack, teams
from contracts.channels.guard import GuardedPost
from contracts.channels.webhook import WebhookChannel
from contracts.rules.messages import Message, Refused
from tests.channels.receiver import Receiver, Refusal, Verifier

NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 24).decode()
LINK = "https://tracker.example/admin/contracts/contract/1/change/"


def message(receiver: Receiver, **values: Any) -> Message:
    basis = Message(
        delivery_id="0c52a1a0-5f0c-5f0c-8f0c-000000000001",
        to="127.0.0.1",
        subject="Notice for Zoë & <b>Co</b>",
        text="[click](https://evil.example) <!channel> @everyone *now*",
        at=datetime.now(UTC),
        link=LINK,
        event={"type": "alert.notice_deadline", "data": {"vendor": "Zoë"}},
        url=receiver.url(),
        secrets=(NEW,),
    )
    return replace(basis, **values)


def sent(receiver: Receiver, post: GuardedPost, **values: Any) -> tuple[dict[str, str], bytes]:
    WebhookChannel(post=post).send(message(receiver, **values), timeout=5)
    _path, headers, body = receiver.heard[-1]
    return headers, body


def test_the_reference_library_accepts_a_webhook(receiver: Receiver, post: GuardedPost) -> None:
    headers, body = sent(receiver, post)
    assert Webhook(NEW).verify(body, headers)["data"] == {"vendor": "Zoë"}
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(body, headers)


def test_both_secrets_verify_while_they_are_rotated(receiver: Receiver, post: GuardedPost) -> None:
    headers, body = sent(receiver, post, secrets=(NEW, OLD))
    for secret in (NEW, OLD):
        assert Webhook(secret).verify(body, headers)
        assert Verifier(secret).verify(body, headers, now=time.time())


def test_a_replayed_webhook_is_refused(receiver: Receiver, post: GuardedPost) -> None:
    headers, body = sent(receiver, post)
    verifier = Verifier(NEW)
    verifier.verify(body, headers, now=time.time())
    with pytest.raises(Refusal, match="replayed"):
        verifier.verify(body, headers, now=time.time())
    with pytest.raises(Refusal, match="timestamp"):
        Verifier(NEW).verify(body, headers, now=time.time() + 301)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "body"])
def test_a_changed_webhook_is_refused(receiver: Receiver, post: GuardedPost, name: str) -> None:
    headers, body = sent(receiver, post)
    changed = headers | {name: headers.get(name, "")[:-1] + "X"} if name != "body" else headers
    with pytest.raises(Refusal, match="signature"):
        Verifier(NEW).verify(body + b" " * (name == "body"), changed, now=time.time())


def test_a_retry_has_the_same_id_and_a_fresh_timestamp(
    receiver: Receiver, post: GuardedPost
) -> None:
    start = datetime.now(UTC)
    first, _body = sent(receiver, post, at=start - timedelta(minutes=10))
    again, body = sent(receiver, post, at=start)
    assert first["webhook-id"] == again["webhook-id"]
    assert int(again["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 600
    assert Verifier(NEW).verify(body, again, now=start.timestamp())


def test_a_secret_that_cannot_sign_is_refused_before_anything_is_sent(
    receiver: Receiver, post: GuardedPost
) -> None:
    with pytest.raises(Refused) as caught:
        sent(receiver, post, secrets=("whsec_%%%canary",))
    assert caught.value.permanent
    assert "canary" not in caught.value.reason
    assert receiver.connections == 0


def test_a_message_shows_neither_its_address_nor_its_secrets(receiver: Receiver) -> None:
    shown = repr(message(receiver))
    assert "canary" not in shown
    assert NEW not in shown


def chat(receiver: Receiver, post: GuardedPost, shape: Shape, **values: Any) -> Any:
    ChatChannel(shape, post=post).send(message(receiver, **values), timeout=5)
    return json.loads(receiver.heard[-1][2])


def test_slack_reads_plain_text_and_one_button(receiver: Receiver, post: GuardedPost) -> None:
    body = chat(receiver, post, slack)
    assert body["text"] == "Notice for Zoë &amp; &lt;b&gt;Co&lt;/b&gt;"
    assert body["blocks"][0]["text"]["type"] == "plain_text"
    assert body["blocks"][1]["elements"][0]["url"] == LINK


def test_teams_reads_a_card(receiver: Receiver, post: GuardedPost) -> None:
    body = chat(receiver, post, teams)
    [card] = [one["content"] for one in body["attachments"]]
    assert (body["type"], card["type"], card["version"]) == ("message", "AdaptiveCard", "1.4")
    assert card["actions"] == [
        {"type": "Action.OpenUrl", "title": "Notice for Zoë & <b>Co</b>", "url": LINK}
    ]
    assert card["body"][1]["text"].startswith("\\[click\\](https")


def test_discord_reads_an_embed_that_calls_nobody(receiver: Receiver, post: GuardedPost) -> None:
    body = chat(receiver, post, discord)
    assert body["allowed_mentions"] == {"parse": []}
    assert body["embeds"][0]["url"] == LINK
    assert "\\*now\\*" in body["embeds"][0]["description"]


@pytest.mark.parametrize("shape", [slack, teams, discord])
def test_a_long_text_is_cut_and_a_missing_link_left_out(
    receiver: Receiver, post: GuardedPost, shape: Shape
) -> None:
    body = json.dumps(chat(receiver, post, shape, text="x" * 9000, link=""))
    assert LONGEST_TEXT <= body.count("x") < LONGEST_TEXT + 30
    assert "tracker.example" not in body
