"""What reaches the platform stays the same: resources and images of a migrated program, as both SDKs give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import wire

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture(scope="module")
def resources() -> tuple[dict[str, Any], dict[str, Any]]:
    folder = FIXTURES / "resources" / "wire_parity"
    return wire.of("v1", "tasks", folder, "before"), wire.of("v2", "tasks", folder, "after")


@pytest.fixture(scope="module")
def images() -> tuple[dict[str, Any], dict[str, Any]]:
    folder = FIXTURES / "images" / "chains"
    return wire.of("v1", "images", folder, "before"), wire.of("v2", "images", folder, "after")


def test_tasks_ask_for_the_same_resources(resources: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = resources
    assert before.keys() == after.keys() and len(before) > 25
    for name, task in after.items():
        if task["accelerator"]:
            # Flyte 2 adds the class of device, which Flyte 1 left to the platform.
            task["accelerator"].pop("deviceClass", None)
        if before[name]["requests"].get("GPU") == "0":
            del before[name]["requests"]["GPU"]  # Flyte 2 sends nothing for none
        assert task == before[name], name


def test_images_are_made_of_the_same_parts(images: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = images
    assert before.keys() == after.keys() and len(before) > 12
    for name, image in after.items():
        expected = before[name]
        if expected["python"] is None:
            expected["python"] = image["python"]
        if expected["platform"] == ["linux/amd64"] and expected["base"] is None:
            # Unless a platform is given, debian images are built for both architectures: finding FM162.
            expected["platform"] = image["platform"]
        if expected["name"] is None and expected["base"] is not None:
            # Flyte 2 adds layers only to an image with a name.
            assert image.pop("name") or not (image["apt"] or image["pip"]), name
            expected.pop("name")
        assert image == expected, name
