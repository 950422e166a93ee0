"""``flyte-migrate verify``: runs migrated programs under a runtime and compares them with their originals.

``workspace`` makes the scratch copies, ``entries`` finds what to run, ``process`` runs it (``program/`` is the other
side, in the user's interpreter), ``compare`` and ``judge`` turn what happened into verdicts, ``session`` is the whole.
"""
