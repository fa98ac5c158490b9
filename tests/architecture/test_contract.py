"""The contract can be published as it is."""

import json
import warnings
from typing import Any

import jsonschema
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # its own models shadow names of pydantic's
    from asyncapi3.models.asyncapi import AsyncAPI3

from shared.schemas import event_types
from shared.schemas.asyncapi import asyncapi


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads(json.dumps(asyncapi()))


def test_it_is_asyncapi_3(document: dict[str, Any]) -> None:
    assert document["asyncapi"] == "3.0.0"
    AsyncAPI3.model_validate(document)


def test_every_event_is_in_it_and_on_a_channel(document: dict[str, Any]) -> None:
    names = {message["name"] for message in document["components"]["messages"].values()}
    on_channels = {name for channel in document["channels"].values() for name in channel["messages"]}

    assert names == {declared.type for declared in event_types()}
    assert on_channels == set(document["components"]["messages"])


def test_every_example_obeys_its_own_schema(document: dict[str, Any]) -> None:
    for message in document["components"]["messages"].values():
        for example in message["examples"]:
            jsonschema.validate(example["payload"], message["payload"], cls=jsonschema.Draft202012Validator)


def test_an_example_without_a_required_field_does_not_obey(document: dict[str, Any]) -> None:
    for message in document["components"]["messages"].values():
        payload = message["examples"][0]["payload"]
        broken = {**payload, "data": dict(list(payload["data"].items())[1:])}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, message["payload"], cls=jsonschema.Draft202012Validator)
