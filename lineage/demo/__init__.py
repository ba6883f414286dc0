"""The demo: a year of real orders as five shops' events, and the main job done on them once."""
