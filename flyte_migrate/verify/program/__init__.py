"""The side of ``verify`` that runs in the user's interpreter: one program, one entry point, one set of inputs.

It uses the standard library alone and imports nothing of the rest of this package, since that interpreter need not have
what flyte-migrate depends on. ``launch.py`` loads it under a private name, so that no module of the user's is shadowed.
"""
