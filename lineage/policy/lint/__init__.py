"""What is wrong with policy files and registries that can be read: one pure function per check.

``table`` lists the checks, ``running`` applies them to files. Nothing is loaded from a store here;
what is on record comes in as a value (``record``).
"""
