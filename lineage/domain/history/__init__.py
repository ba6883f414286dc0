"""One person's history, folded to what rules and questions ask of it. Pure.

``history`` is the events themselves; every other module is one circumstance over time: who had
consented to what, what was personal, who held what. A circumstance is asked about a ``Moment`` and
looks at what came before it in canonical order, whatever came later.
"""
