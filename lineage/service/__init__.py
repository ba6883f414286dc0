"""The use cases over the store. No SQL, no output."""
