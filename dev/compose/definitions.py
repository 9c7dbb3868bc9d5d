"""`python -m dev.compose.definitions`: a broker's definitions, such that a broker takes them again.

rabbitmqctl (3.10 to 4.0) writes what an operator policy orders as a list of pairs, and refuses to read that.
`deploy/backup` has it made an object, as in every other policy.
"""

import sys
from typing import Any

import msgspec


def readable(definitions: dict[str, Any]) -> dict[str, Any]:
    """The same definitions, with an object for what each operator policy orders."""
    return {**definitions, "parameters": [_readable(each) for each in definitions.get("parameters", [])]}


def _readable(parameter: dict[str, Any]) -> dict[str, Any]:
    if parameter["component"] != "operator_policy":
        return parameter
    value = parameter["value"]
    return {**parameter, "value": {**value, "definition": dict(value["definition"])}}


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(readable(msgspec.json.decode(sys.stdin.buffer.read()))))
