"""The release of the target SDK whose API and behaviour this package follows."""

__version__ = "2.12.1"
