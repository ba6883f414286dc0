"""Events over Kafka: how they look as messages, and the producer; topics are for `streams`."""
