"""Messages to the incoming webhooks of Slack, Microsoft Teams and Discord."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from contracts.rules.messages import Message, Post, Sent

# Discord takes 2,000 characters, Slack 3,000 in a block.
LONGEST_TEXT = 1900
Shape = Callable[[str, str, str], Mapping[str, Any]]


def slack(title: str, text: str, link: str) -> Mapping[str, Any]:
    """Return plain text alone: nothing in it calls a channel or becomes a link of its own."""
    block = {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}
    blocks: list[Mapping[str, Any]] = [block]
    if link:
        button = {"type": "plain_text", "text": title[:75]}
        blocks.append(
            {"type": "actions", "elements": [{"type": "button", "text": button, "url": link}]}
        )
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": escaped, "blocks": blocks}


def teams(title: str, text: str, link: str) -> Mapping[str, Any]:
    """Return an adaptive card, as a workflow of Teams expects it."""
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "TextBlock", "text": _literal(title), "weight": "Bolder", "wrap": True},
            {"type": "TextBlock", "text": _literal(text), "wrap": True},
        ],
        "actions": [{"type": "Action.OpenUrl", "title": title[:75], "url": link}] if link else [],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def discord(title: str, text: str, link: str) -> Mapping[str, Any]:
    """Return an embed that mentions nobody."""
    embed = {"title": _literal(title)[:250], "description": _literal(text)[:4000]}
    return {
        "content": "",
        "embeds": [embed | ({"url": link} if link else {})],
        "allowed_mentions": {"parse": []},
    }


class ChatChannel:
    """One message in the shape that one service reads."""

    def __init__(self, shape: Shape, *, post: Post) -> None:
        """`post` carries the bytes."""
        self.shape = shape
        self.post = post

    def send(self, message: Message, *, timeout: float) -> Sent:
        """Post the message as text, cut to what all services take."""
        content = self.shape(message.subject, message.text[:LONGEST_TEXT], message.link)
        headers = {"Content-Type": "application/json", "User-Agent": "saas-tracker"}
        self.post(message.url, json.dumps(content).encode(), headers, timeout=timeout)
        return Sent(provider_id=message.delivery_id)


def _literal(text: str) -> str:
    """Take the meaning from the characters of Markdown: a contract's title is not a link."""
    for mark in "\\`*_~[]<>|":
        text = text.replace(mark, f"\\{mark}")
    return text
