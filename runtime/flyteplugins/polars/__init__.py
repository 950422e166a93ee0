"""Polars frames as task inputs and outputs (upstream: `flyteplugins.polars`; MAPPING PLG-14).

`flyte.io` carries them once the program has imported polars; importing this changes nothing more.
"""
