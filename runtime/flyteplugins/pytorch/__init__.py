"""Elastic PyTorch tasks (upstream: `flyteplugins.pytorch`; MAPPING PLG-05)."""

from flyteplugins.pytorch.task import Elastic

__all__ = ["Elastic"]
