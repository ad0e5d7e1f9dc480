"""The Adaptive Card of one crossing, schema 1.5, small enough for Teams.

All text from the data stands in TextRuns, which know no Markdown: a name with an asterisk or a
bracket stays what it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from include.egress.gate import DataElement
from include.errors import CardTooLargeError

# Teams refuses 28 KB, measured after its own wrapping; a request of 24,453 bytes became 28,897.
MAX_BYTES = 20 * 1024
# How much of the reasons is kept when the card is too large, in characters; 0: none.
_SHORTER = (None, 4000, 1000, 200, 0)

# What changed on that day beside the student's records; nothing is said when nothing did.
_CAUSES = {
    "policy": "the district's numbers for the tiers changed on this day too",
    "code": "how Firstbell reads and judges the records changed on this day too",
}


def message(
    facts: Mapping[str, Any],
    *,
    reference: str,
    district_name: str,
    permitted: frozenset[DataElement],
    link: str | None,
) -> bytes:
    """The request's body: the card in the envelope that Workflows expects, at most MAX_BYTES."""
    for limit in _SHORTER:
        card = _card(
            facts,
            reference=reference,
            district_name=district_name,
            permitted=permitted,
            link=link,
            reasons_limit=limit,
        )
        body = json.dumps(_envelope(card), ensure_ascii=False, separators=(",", ":")).encode()
        if len(body) <= MAX_BYTES:
            return body
    raise CardTooLargeError(
        f"alert {reference}",
        seen=f"{len(body):,} bytes without its reasons",
        expected=f"at most {MAX_BYTES:,}",
        next_step="Look at the school's name and the channel's link, then requeue the message.",
    )


def _envelope(card: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": card,
            }
        ],
    }


def _card(
    facts: Mapping[str, Any],
    *,
    reference: str,
    district_name: str,
    permitted: frozenset[DataElement],
    link: str | None,
    reasons_limit: int | None,
) -> dict[str, Any]:
    body = [_text(_headline(facts, permitted), size="Large", weight="Bolder")]
    body += [_fact(name, value) for name, value in _facts(facts, permitted) if value]
    if DataElement.REASONS in permitted:
        reasons = _shortened(str(facts.get("reasons") or ""), reasons_limit)
        if reasons:
            body.append(_fact("Why", reasons))
    body.append(_text(f"{district_name} · {reference}", isSubtle=True, size="Small"))
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "fallbackText": f"{facts['tier']}: {reference}",
        "body": body,
    }
    if link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open Firstbell", "url": link}]
    return card


def _headline(facts: Mapping[str, Any], permitted: frozenset[DataElement]) -> str:
    name = " ".join(filter(None, (facts.get("first_name"), facts.get("last_surname"))))
    if DataElement.STUDENT_NAME in permitted and name:
        return f"{name} is now at {facts['tier']}"
    return f"1 student is now at {facts['tier']}"


def _facts(
    facts: Mapping[str, Any], permitted: frozenset[DataElement]
) -> list[tuple[str, str | None]]:
    shown: list[tuple[str, str | None]] = []
    if DataElement.ENROLLMENT in permitted:
        shown.append(("School", facts.get("school_name") or facts.get("school_id")))
        shown.append(("Grade", facts.get("grade_level")))
    if DataElement.TIER in permitted:
        shown.append(("Before", facts.get("previous_tier") or "not judged"))
        shown.append(("Since", facts.get("changed_on")))
        shown.append(("Note", _CAUSES.get(facts.get("cause") or "")))
    return shown


def _shortened(text: str, limit: int | None) -> str:
    if limit is None or len(text) <= limit:
        return text
    return f"{text[:limit].rstrip()} …" if limit else ""


def _text(text: str, **style: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


def _fact(name: str, value: str) -> dict[str, Any]:
    return {
        "type": "RichTextBlock",
        "inlines": [
            {"type": "TextRun", "text": f"{name}: ", "weight": "Bolder"},
            {"type": "TextRun", "text": value},
        ],
    }
