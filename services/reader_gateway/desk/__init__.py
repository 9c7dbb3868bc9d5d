"""One counter: the session of a tap, what its page shows, who asks for which purpose."""
