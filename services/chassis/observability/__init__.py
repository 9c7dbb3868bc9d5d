"""Logs, metrics, traces, and the HTTP server that shows them."""
