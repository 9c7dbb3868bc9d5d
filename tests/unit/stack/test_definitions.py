"""What a broker's backup holds, so that it can be restored."""

from typing import Any

from dev.compose.definitions import readable

POLICY = {"vhost": "ketuk", "name": "work", "pattern": "^work", "definition": {"delivery-limit": 20}}


def _definitions(bound: object) -> dict[str, Any]:
    value = {"apply-to": "queues", "pattern": ".*", "priority": 0, "definition": bound}
    operators = {"vhost": "ketuk", "component": "operator_policy", "name": "bound", "value": value}
    other = {"vhost": "ketuk", "component": "federation-upstream", "name": "far", "value": {"uri": "amqp://"}}
    return {"policies": [POLICY], "parameters": [operators, other]}


def test_readable_makes_an_object_of_the_pairs_that_an_operator_policy_orders() -> None:
    assert readable(_definitions([["max-length-bytes", 1024]])) == _definitions({"max-length-bytes": 1024})


def test_readable_leaves_definitions_that_a_broker_takes_as_they_are() -> None:
    assert readable(_definitions({"max-length-bytes": 1024})) == _definitions({"max-length-bytes": 1024})


def test_readable_adds_nothing_but_an_empty_list_where_there_are_no_parameters() -> None:
    assert readable({"policies": [POLICY]}) == {"policies": [POLICY], "parameters": []}
