"""The contract of Ketuk: the messages that cross the bus, as types.

Agencies and integrators may import this package; it depends on msgspec alone and does no I/O.
"""
