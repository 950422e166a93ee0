"""Secrets of tasks and of image builds."""

from __future__ import annotations

import hashlib
import pathlib
import re
from dataclasses import dataclass

_MOUNT_PATH = "/etc/flyte/secrets"
_ENV_VAR_PATTERN = r"^[A-Z_][A-Z0-9_]*$"


@dataclass
class Secret:
    """A secret made available to a task, as a variable or a file (upstream: `flyte.Secret`; MAPPING SEC-01..06).

    Args:
        key: name of the secret in the store.
        group: group of the secret, where the store has groups.
        mount: directory to mount the secret in; only `/etc/flyte/secrets` is supported.
        as_env_var: name of the environment variable. Derived from group and key unless `mount` is given.

    Raises:
        ValueError: for another mount path, or a variable name, given or derived, that is no upper-case identifier.
    """

    key: str
    group: str | None = None
    mount: pathlib.Path | None = None
    as_env_var: str | None = None

    def __post_init__(self) -> None:
        if not self.mount and not self.as_env_var:
            name = f"{self.group}_{self.key}" if self.group else self.key
            self.as_env_var = name.replace("-", "_").upper()
        if self.mount and str(self.mount) != _MOUNT_PATH:
            raise ValueError(f"Only {_MOUNT_PATH} is supported as secret mount path today.")
        if self.as_env_var is not None and not re.match(_ENV_VAR_PATTERN, self.as_env_var):
            raise ValueError(f"Invalid environment variable name: {self.as_env_var}, must match {_ENV_VAR_PATTERN}")

    def stable_hash(self) -> str:
        """A hexadecimal digest of the fields that is the same in every process."""
        parts = (self.key, self.group or "", str(self.mount) if self.mount else "", self.as_env_var or "")
        return hashlib.sha256("|".join(parts).encode("utf-8")).hexdigest()

    def __hash__(self) -> int:
        return int(self.stable_hash()[:16], 16)


SecretRequest = str | Secret | list[str | Secret]


def secrets_from_request(secrets: SecretRequest) -> list[Secret]:
    """The secrets a task or environment asks for, as a list (upstream: `flyte._secret.secrets_from_request`)."""
    if isinstance(secrets, str):
        return [Secret(key=secrets)]
    if isinstance(secrets, Secret):
        return [secrets]
    return [Secret(key=secret) if isinstance(secret, str) else secret for secret in secrets]
