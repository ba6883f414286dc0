"""Scenarios: a policy's own tests. Given these events, when this is asked, then this is answered.

``files`` reads what a file says, ``running`` records and asks through the ordinary tracker,
``comparing`` holds answers against expectations. No rule of a policy is known here.
"""
