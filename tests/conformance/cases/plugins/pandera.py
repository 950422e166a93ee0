"""The configuration of Pandera validation."""

from conformance_support import caught, described
from flyteplugins.pandera import ValidationConfig, register_type_transformers


def main():
    return [
        described(ValidationConfig()),
        described(ValidationConfig(on_error="warn")),
        caught(lambda: ValidationConfig(errors="warn")),
        caught(lambda: setattr(ValidationConfig(), "on_error", "warn"))["class"],
        callable(register_type_transformers),
    ]
