"""Another policy over the recorded history: what would be found, told and due, and what is now.

``sides`` asks what one set of policies says of a person (``saying``), ``both`` compares two
(``outcomes``); ``replanning`` makes the acts of the other side; ``simulating`` goes through
everybody, and ``spool`` keeps the rows.
"""
