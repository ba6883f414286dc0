"""A letter to a recipient: its words once, and its forms. Nothing is asked and nothing is sent."""
