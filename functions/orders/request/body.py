"""The JSON body of a request: its media type, size and text are checked before its fields are."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from functions.orders.problems import FieldError, Problem, malformed
from shared.domain.sentences.sentence import say

MAX_BODY = 1_000_000
MAX_ORDER = 256 * 1024
MAX_DEPTH = 64


def read_body(event: Mapping[str, Any]) -> dict[str, Any]:
    """The body of an HTTP API event, {} where it is empty. Raises Problem 415, 413 or 400."""
    _refuse_media_type(event.get("headers") or {}, bool(event.get("body")))
    body = _parsed(_text(event))
    _refuse_large_order(body)
    return body


def _refuse_media_type(headers: Mapping[str, str], body: bool) -> None:
    media_type, _, parameters = headers.get("content-type", "" if body else "application/json").partition(";")
    charset = next(
        (
            value
            for name, _, value in (part.strip().partition("=") for part in parameters.split(";"))
            if name.lower() == "charset"
        ),
        "utf-8",
    )
    if media_type.strip().lower() != "application/json" or charset.strip('" ').lower() not in ("utf-8", "utf8"):
        raise Problem(
            415,
            "unsupported_media_type",
            "A body is application/json in UTF-8.",
            [FieldError("/header/content-type", "unsupported_media_type", "not application/json in UTF-8")],
        )


def _text(event: Mapping[str, Any]) -> str:
    """API Gateway encodes a body in base64 where its media type is not text."""
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body).decode()
    except UnicodeDecodeError:
        raise malformed("", "json_invalid", "The body is not UTF-8.") from None


def _parsed(text: str) -> dict[str, Any]:
    """The JSON object, {} for an empty text. Beside malformed JSON, it refuses NaN and Infinity, a name given twice in
    one object, NUL characters and lone surrogates: DynamoDB and files cannot hold them."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BODY:
        raise Problem(413, "body_too_large", say("A body is at most {most:,} bytes.", most=MAX_BODY))
    if not text.strip():
        return {}
    try:
        body = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise malformed("", "json_invalid", "The JSON is nested too deeply.") from None
    except json.JSONDecodeError as error:
        said = say("This is not JSON: line {line}, column {column}.", line=error.lineno, column=error.colno)
        raise malformed("", "json_invalid", said) from None
    except ValueError:
        raise malformed("", "json_invalid", "A number is too long.") from None
    if not isinstance(body, dict):
        raise malformed("", "json_invalid", "The body is a JSON object.")
    _refuse_hostile_text(body)
    return body


def _no_constant(name: str) -> None:
    raise malformed("", "json_invalid", say("{name} is no JSON number.", name=name))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise malformed("", "json_invalid", "A name is given twice in one object.")
    return unique


def _refuse_hostile_text(body: Any) -> None:
    unchecked: list[tuple[str, Any, int]] = [("", body, 0)]
    while unchecked:
        pointer, value, depth = unchecked.pop()
        if depth > MAX_DEPTH:
            raise malformed("", "json_invalid", "The JSON is nested too deeply.")
        if isinstance(value, dict):
            for name, each in value.items():
                unchecked.append((f"{pointer}/{name.encode('utf-8', 'replace').decode()}", each, depth + 1))
                unchecked.append((pointer, name, depth + 1))
        elif isinstance(value, list):
            unchecked += [(f"{pointer}/{position}", each, depth + 1) for position, each in enumerate(value)]
        elif isinstance(value, str) and ("\x00" in value or any("\ud800" <= char <= "\udfff" for char in value)):
            raise malformed(pointer, "invalid_text", "Text holds a NUL character or half of a surrogate pair.")


def _refuse_large_order(body: Mapping[str, Any]) -> None:
    """An order's lines are one item, and an item of DynamoDB has at most 400 KB."""
    order = body.get("order", body)
    size = len(json.dumps(order, ensure_ascii=False, separators=(",", ":")).encode())
    if size > MAX_ORDER and isinstance(order, dict) and "lines" in order:
        raise Problem(
            413,
            "order_too_large",
            say("An order is at most {most:,} bytes; this one has {size:,}.", most=MAX_ORDER, size=size),
        )
