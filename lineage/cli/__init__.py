"""The command line: each command parses, makes one call of the tracker, and shows the answer."""

import gc

# Importing makes many objects and no garbage; looking for it took a seventh of a short command.
gc.set_threshold(50_000, 20, 100)
