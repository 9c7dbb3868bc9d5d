"""The documents of the contract, as texts by path; what is committed must equal them (a test compares)."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec
import yaml

from dev.contract.audit_events import audit_events
from dev.contract.examples import examples
from dev.contract.openapi import openapi
from ketuk_events.agency import CardOutcome
from ketuk_events.catalogue import CATALOGUE, FOR_AGENCIES, Kind
from ketuk_events.events import Event, to_wire
from ketuk_events.evidence import Evidence, Person
from ketuk_events.outcomes import READERS, REASONS, Language, ReaderWords
from registry.disclosure.agency_event import CONTENT_TYPE, SIGNATURE, Structured

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def documents() -> dict[str, str]:
    """All generated files: path below the checkout, and text."""
    return {
        **_schemas(),
        **_examples(),
        "proto/asyncapi.yaml": _asyncapi(),
        "proto/openapi.json": _json(openapi()),
        "docs/outcomes.md": _outcomes(),
        "docs/audit-events.md": audit_events(),
    }


def _schemas() -> dict[str, str]:
    named: dict[str, type[msgspec.Struct]] = {f"{kind.name}.v{kind.version}": kind.body for kind in CATALOGUE}
    sealed: dict[str, type[msgspec.Struct]] = {"evidence.v1": Evidence, "person.v1": Person}
    return {
        f"proto/schemas/{name}.json": _json(_schema(name, body)) for name, body in {**named, **sealed}.items()
    }


def _schema(name: str, body: type[msgspec.Struct]) -> dict[str, Any]:
    return {"$schema": _DRAFT, "$id": f"urn:ketuk:schema:{name}", **msgspec.json.schema(body)}


def _examples() -> dict[str, str]:
    return {
        f"proto/examples/{kind.name}.v{kind.version}.json": _json(
            _structured(event) if kind in FOR_AGENCIES else _binary(event)
        )
        for kind, event in examples().items()
    }


def _binary(event: Event) -> dict[str, Any]:
    wire = to_wire(event)
    return {
        "routing_key": wire.routing_key,
        "message_id": wire.message_id,
        "content_type": wire.content_type,
        "headers": wire.headers,
        "body": msgspec.json.decode(wire.body),
    }


def _structured(event: Event) -> dict[str, Any]:
    body = Structured(
        id=str(event.id),
        source=f"urn:ketuk:{event.region}:{event.source}",
        type=event.kind.type,
        time=event.time,
        dataschema=event.kind.schema,
        data=msgspec.convert(event.data, CardOutcome, from_attributes=True),
    )
    return {
        "routing_key": event.kind.routing_key(region=event.region, owner=event.owner),
        "message_id": str(event.id),
        "content_type": CONTENT_TYPE,
        "headers": {SIGNATURE: "eyJhbGciOiJFUzI1NiJ9..…"},
        "body": msgspec.to_builtins(body),
    }


def _asyncapi() -> str:
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ketuk",
            "version": "1.0.0",
            "description": "Events of the open platform for KTP-el readers. CloudEvents 1.0 over AMQP 0-9-1.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_channel(kind): _describe_channel(kind) for kind in CATALOGUE},
        "operations": {
            f"send-{_channel(kind)}": {
                "action": "send",
                "title": f"{kind.sender} to {kind.receivers}",
                "channel": {"$ref": f"#/channels/{_channel(kind)}"},
            }
            for kind in CATALOGUE
        },
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


def _channel(kind: Kind) -> str:
    return f"{kind.name.replace('.', '-')}-v{kind.version}"


def _describe_channel(kind: Kind) -> dict[str, Any]:
    agencies = kind in FOR_AGENCIES
    name = f"{kind.name}.v{kind.version}"
    return {
        "address": f"{name}.{{region}}.{{owner}}",
        "description": f"{kind.sender} to {kind.receivers}; {kind.delivery.value}.",
        "parameters": {
            "region": {"description": "Kemendagri code without dots."},
            "owner": {"description": "The institution." if agencies else "The party concerned."},
        },
        "messages": {
            name: {
                "name": kind.type,
                "contentType": "application/cloudevents+json" if agencies else "application/json",
                "summary": (kind.body.__doc__ or "").partition("\n")[0],
                "payload": {"$ref": f"./schemas/{name}.json"},
            }
        },
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {
                    "name": "ketuk.agencies" if agencies else "ketuk.events",
                    "type": "topic",
                    "durable": True,
                    "vhost": "ketuk-agencies" if agencies else "ketuk",
                },
            }
        },
    }


def _outcomes() -> str:
    rows = [
        f"| `{reason.check}` | `{reason.code}` | {reason.result} | {reason.id} | {reason.en} |"
        for reason in REASONS
    ]
    readers = [
        f"| `{state}` | {_in_words(said, 'id')} | {_in_words(said, 'en')} |"
        for state, said in READERS.items()
    ]
    return "\n".join(
        [
            "# Outcomes",
            "",
            "Every way in which a check can end, in the order in which checks decide, and what",
            "the officer reads.",
            "Generated from `proto/ketuk_events/outcomes.py` by `make contract`.",
            "",
            "| check | code | result | Bahasa Indonesia | English |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "What the officer reads of a reader where there is no tap:",
            "",
            "| reader | Bahasa Indonesia | English |",
            "|---|---|---|",
            *readers,
            "",
        ]
    )


def _in_words(said: ReaderWords, language: Language) -> str:
    return f"{said.headline[language]}. {said.advice[language]}"


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2).decode() + "\n"


def folders() -> tuple[PurePosixPath, ...]:
    """The folders that hold generated files only: what else lies there is left over."""
    return (PurePosixPath("proto/schemas"), PurePosixPath("proto/examples"))
