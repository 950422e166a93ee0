"""Configuration files (upstream: `flyte.config`; MAPPING section 14).

A local run needs none; the settings an offline program can use are read from the environment.
"""

from __future__ import annotations

from ._config import Config, ImageConfig, PlatformConfig, TaskConfig, auto, get_config_file, set_if_exists

__all__ = [
    "Config",
    "ImageConfig",
    "PlatformConfig",
    "TaskConfig",
    "auto",
    "get_config_file",
    "set_if_exists",
]
