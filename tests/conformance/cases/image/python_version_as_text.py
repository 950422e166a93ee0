"""A Python version given as text is taken apart by character (TRAP-11)."""

import flyte


def main():
    return flyte.Image.from_debian_base(python_version="3.11").uri
