"""What is said to a KTP-el and to a SAM, sans-I/O: generators that yield commands and are sent responses."""
