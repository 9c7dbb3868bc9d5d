"""The life of a process: settings, parts, health, retries, time limits."""
