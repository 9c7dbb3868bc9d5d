"""Who may do what: people, passwords, sessions, tokens, roles, permissions; middlewares that hold to it."""
