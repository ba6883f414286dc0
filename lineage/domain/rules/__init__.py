"""The judges, a module for each topic, and the table of who looks at which type of event."""
