"""Fast amqp."""
