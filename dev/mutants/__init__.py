"""Mutation testing: each small bug that mutmut can put into the pure domain has to fail a unit test."""
