"""Who may do what: people, passwords, sessions, tokens, roles, permissions, and the middlewares that hold them."""
