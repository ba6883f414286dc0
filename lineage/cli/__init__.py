"""The command line: each command parses, makes one call of the tracker, and shows the answer."""
