"""Each accelerator asks for the same device in both versions: compared on what the SDKs send to the platform."""

from __future__ import annotations

from typing import Any

import flyte
import flytekit.extras.accelerators as v1
import pytest
from flyte._internal.runtime.resources_serde import get_proto_extended_resources

from flyte_migrate.mapping import Accelerator, accelerators

PREFIX = "flytekit.extras.accelerators."
ROWS = [pytest.param(row, id=name.removeprefix(PREFIX)) for name, row in accelerators().items()]
CUSTOM = "acme-x1"


def _sent_by_v1(row: Accelerator) -> Any:
    name, _, attribute = row.name.removeprefix(PREFIX).partition(".")
    accelerator = getattr(v1, name)
    if name == "GPUAccelerator":
        return accelerator(CUSTOM).to_flyte_idl()
    return (getattr(accelerator, attribute) if attribute else accelerator).to_flyte_idl()


def _resources(row: Accelerator, count: int) -> flyte.Resources:
    return flyte.Resources(gpu=eval(row.spelling(count, device=repr(CUSTOM)), {"flyte": flyte}))


@pytest.mark.parametrize("row", ROWS)
def test_the_wire_device_and_partition_stay_the_same(row: Accelerator) -> None:
    before, after = _sent_by_v1(row), get_proto_extended_resources(_resources(row, 1)).gpu_accelerator
    assert (after.device, after.partition_size) == (before.device, before.partition_size)


@pytest.mark.parametrize("row", ROWS)
def test_only_an_explicitly_unpartitioned_device_loses_something_and_says_so(row: Accelerator) -> None:
    lost = _sent_by_v1(row).unpartitioned
    assert (row.code == "FM120") is lost
    assert lost is row.name.endswith(".unpartitioned")


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("count", [1, 2, 3, 8, 16])
def test_the_count_is_kept_for_gpus_and_one_for_tpus(row: Accelerator, count: int) -> None:
    device = _resources(row, count).get_device()
    assert device is not None
    assert device.quantity == (1 if row.kind == "tpu" else count)


def test_a_count_that_is_an_expression_is_not_put_into_a_string() -> None:
    rows = accelerators()
    assert rows[f"{PREFIX}T4"].spelling("count") == 'flyte.GPU("T4", count)'
    assert rows[f"{PREFIX}T4"].spelling(2) == '"T4:2"'
    assert rows[f"{PREFIX}H100"].spelling("count").startswith("flyte.Device(quantity=count, ")


def test_every_accelerator_of_flytekit_has_a_row() -> None:
    names = set()
    for name, value in vars(v1).items():
        if isinstance(value, v1.BaseAccelerator):
            names.add(name)
            parts = (
                part for part in dir(value) if part.startswith(("partition_", "slice_")) or part == "unpartitioned"
            )
            names.update(f"{name}.{part}" for part in parts)
    assert {row.removeprefix(PREFIX) for row in accelerators()} == names | {"GPUAccelerator"}
