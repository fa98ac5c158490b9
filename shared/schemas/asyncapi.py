"""The contract as AsyncAPI 3.0, made from the declarations, so that it cannot disagree with them."""

import json
from importlib import resources
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from shared.schemas.registry import Event, Record, event_types, major

CHANNELS = {
    "networkIn": (
        "network.in",
        "from.{org}.{event}",
        "Nodes publish here; the broker checks the organisation.",
    ),
    "networkOut": (
        "network.out",
        "to.{org}.{event}",
        "The referral and the reporting service publish here, for one node or all.",
    ),
    "hub": (
        "hub",
        "{service}.{event}",
        "The referral service publishes here, for notifications and reporting.",
    ),
    "receipts": ("hub", "{event}", "Notifications and reporting publish here, for the referral service."),
}
ENVELOPE = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "format": "uuid", "description": "UUIDv7, made by the sender; heard once."},
    "source": {"type": "string", "description": "The organisation, or the hub, behind a slash."},
    "time": {"type": "string", "format": "date-time"},
    "subject": {"type": "string"},
    "datacontenttype": {"const": "application/json"},
}


def asyncapi() -> dict[str, Any]:
    """The whole document, JSON types only."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Throughline",
            "version": "1.0",
            "description": "Every event between the organisations' nodes and the hub, in CloudEvents 1.0. They travel "
            "in signed letters, and these in sealed envelopes: see the reference of events.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {name: _channel(name) for name in CHANNELS},
        "operations": {_camel(declared): _operation(declared) for declared in event_types()},
        "components": {"messages": {_camel(declared): _message(declared) for declared in event_types()}},
    }


def _channel(name: str) -> dict[str, Any]:
    exchange, key, about = CHANNELS[name]
    parameters = {part: {"description": part} for part in ("org", "service", "event") if f"{{{part}}}" in key}
    messages = {
        _camel(d): {"$ref": f"#/components/messages/{_camel(d)}"}
        for d in event_types()
        if _is_said_on(d, name)
    }
    return {
        "address": key,
        "description": about,
        "parameters": parameters,
        "messages": messages,
        "bindings": {
            "amqp": {"is": "routingKey", "exchange": {"name": exchange, "type": "topic", "durable": True}}
        },
    }


def _is_said_on(declared: type[Event], channel: str) -> bool:
    publisher = declared.type.split(".")[0]
    if publisher == "intake":
        return channel == "networkIn"
    if publisher == "hub":
        return channel == "receipts"
    return channel == "networkOut" or (
        channel == "hub" and declared.type in ("referral.moved", "referral.overdue")
    )


def _operation(declared: type[Event]) -> dict[str, Any]:
    channel = next(name for name in CHANNELS if _is_said_on(declared, name))
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{_camel(declared)}"}],
    }


def _message(declared: type[Event]) -> dict[str, Any]:
    example = (
        resources.files("shared.schemas") / "examples" / f"{declared.type}.v{major(declared.version)}.json"
    )
    named = {
        "type": {"const": declared.type},
        "dataschema": {"const": f"urn:throughline:schema:{declared.type}:{declared.version}"},
    }
    payload = {
        "type": "object",
        "required": [*ENVELOPE, *named, "data"],
        "properties": {**ENVELOPE, **named, "data": _data(declared)},
    }
    return {
        "name": declared.type,
        "title": declared.__name__,
        "summary": (declared.__doc__ or "").split("\n")[0],
        "contentType": "application/cloudevents+json",
        "payload": payload,
        "examples": [{"name": declared.type, "payload": json.loads(example.read_text())}],
    }


def _data(declared: type[Record]) -> dict[str, Any]:
    """The library knows marshmallow's fields; the records inside are put in place of their references."""
    spec = APISpec("data", "1", "3.1.0", plugins=[MarshmallowPlugin()])
    spec.components.schema("data", schema=declared.schema)
    found: dict[str, Any] = spec.to_dict()["components"]["schemas"]["data"]
    parts = {
        name: rule
        for name, rule in declared.schema.fields.items()
        if hasattr(getattr(rule, "inner", None), "part")
    }
    for name, rule in parts.items():
        found["properties"][name] = {"type": "array", "items": _data(rule.inner.part)}  # type: ignore[attr-defined]
    found.pop("additionalProperties", None)  # readers keep what a newer minor version adds
    return found


def _camel(declared: type[Event]) -> str:
    return declared.__name__
