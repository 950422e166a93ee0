"""The ``flyte-migrate`` command. ``--version`` is answered here, before anything is imported that takes time."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and exits with its status."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from flyte_migrate import __version__

        sys.stdout.write(f"flyte-migrate {__version__}\n")
        return
    from flyte_migrate.cli.app import run

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
