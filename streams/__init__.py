"""The way in over Kafka: topics, their administration, the Faust worker, and its commands.

Thin: what an event means and how it is recorded is ``lineage``'s. Nothing of ``lineage`` imports
this package; it adds its commands through the entry-point group ``lineage.commands``.
"""
