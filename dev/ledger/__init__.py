"""The ledger: what was tapped, joined with what the agencies received.

It shares no code with the services. Its left side is the simulator's own record, its right side the content
of the agencies' queues, its expectations the table of the design (kind of card to outcome).
"""
