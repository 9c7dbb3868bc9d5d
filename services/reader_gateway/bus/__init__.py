"""What goes to the broker and comes from it: messages, the spool, the inbox, keys to seal for."""
