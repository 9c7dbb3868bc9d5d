"""A counter of its own: a private pcscd with virtual readers, a gateway process, and what it has said."""
