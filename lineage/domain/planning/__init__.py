"""The plan of a deletion: who must be told, who not and why, what is still to be planned. Pure.

``causes`` says why anybody is told, ``rows`` who is, ``exemptions`` who is not, ``notices`` what is
missing of it, ``states`` how far a request is. ``dossier`` is what all of it rests on.
"""
