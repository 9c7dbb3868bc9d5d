"""A private broker, databases and card daemon: what demo, tests and benchmarks run on.

All are child processes on free loopback ports with their state in one folder, so that brokers, databases and
card daemons that already run on the machine are neither used nor disturbed.
"""
