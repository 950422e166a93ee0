"""flyte-migrate: a compiler from Flyte 1 (``flytekit``) source to Flyte 2 (``flyte``) source."""

__version__ = "0.1.0"
