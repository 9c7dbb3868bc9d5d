"""The tables of people, sessions, tokens and failed sign-ins."""
