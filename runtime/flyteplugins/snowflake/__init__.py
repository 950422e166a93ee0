"""Snowflake tasks (upstream: `flyteplugins.snowflake`; MAPPING PLG-09)."""

from flyteplugins.snowflake.task import Snowflake, SnowflakeConfig

__all__ = ["Snowflake", "SnowflakeConfig"]
