"""What changes between two policies: rules are paired, and each difference is told in words.

``compare`` is the entrance; ``about`` has the words of every kind, ``shapes`` and ``several`` how a
field of one form is told.
"""
