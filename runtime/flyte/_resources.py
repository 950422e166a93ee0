"""Compute resources of a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ._logging import logger
from ._repr import constructor_repr

SharedGPUType = Literal["T4 shared", "L4 shared", "A10G shared", "A10 shared", "L40S shared"]

GPUType = Literal[
    "A2",
    "A10",
    "A10G",
    "A100",
    "A100_80G",
    "B200",
    "H100",
    "H200",
    "L4",
    "L40s",
    "T4",
    "V100",
    "RTX_PRO_4500",
    "RTX_PRO_6000",
    "GB10",
    SharedGPUType,
]
GPUQuantity = Literal[1, 2, 3, 4, 5, 6, 7, 8]
TPUType = Literal["V5E", "V5P", "V6E"]
NeuronType = Literal["Inf1", "Inf2", "Trn1", "Trn1n", "Trn2", "Trn2u"]
AMD_GPUType = Literal["MI100", "MI210", "MI250", "MI250X", "MI300A", "MI300X", "MI325X", "MI350X", "MI355X"]
HABANA_GAUDIType = Literal["Gaudi1"]
AppleSiliconType = Literal["AppleSilicon"]
DeviceClass = Literal["GPU", "TPU", "NEURON", "AMD_GPU", "HABANA_GAUDI", "APPLE_SILICON"]

_PARTITIONS: Mapping[str, tuple[str, ...]] = {
    "A100": ("1g.5gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb"),
    "A100_80G": ("1g.10gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"),
    "H100": ("1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"),
    "H200": ("1g.18gb", "1g.35gb", "2g.35gb", "3g.71gb", "4g.71gb", "7g.141gb"),
    "RTX_PRO_6000": ("1g.24gb", "2g.48gb", "4g.96gb"),
    "V5P": ("2x2x1", "2x2x2", "2x4x4", "4x4x4", "4x4x8", "4x8x8", "8x8x8", "8x8x16", "8x16x16", "16x16x16", "16x16x24"),
    "V6E": ("1x1", "2x2", "2x4", "4x4", "4x8", "8x8", "8x16", "16x16"),
    "V5E": ("1x1", "2x2", "2x4", "4x4", "4x8", "8x8", "8x16", "16x16"),
}

# Upstream spells every accelerator string out in one Literal and puts that Literal into its error message, so the order
# matters here.
_UP_TO_8 = tuple(range(1, 9))
_ACCELERATOR_COUNTS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("A2", (1,)),
    *((gpu, _UP_TO_8) for gpu in ("A10", "A10G", "A100", "A100_80G", "B200", "H100", "H200", "L4", "L40s", "V100")),
    ("RTX_PRO_4500", (1,)),
    ("RTX_PRO_6000", (1, 2)),
    ("GB10", (1,)),
    ("T4", _UP_TO_8),
    *((gpu, (1,)) for gpu in get_args(SharedGPUType)),
    *((neuron, (1, 4, 8, 16)) for neuron in ("Trn1", "Trn1n", "Trn2", "Trn2u")),
    ("Inf1", tuple(range(1, 17))),
    ("Inf2", tuple(range(1, 13))),
    *((gpu, (1,)) for gpu in get_args(AMD_GPUType)),
    ("Gaudi1", (1,)),
)
_ACCELERATORS = (
    *(f"{device}:{count}" for device, counts in _ACCELERATOR_COUNTS for count in counts),
    "AppleSilicon",
    "AppleSilicon:1",
)
Accelerators: Any = Literal[_ACCELERATORS]

_DEVICE_CLASSES: Mapping[Any, DeviceClass] = {
    GPUType: "GPU",
    TPUType: "TPU",
    NeuronType: "NEURON",
    AMD_GPUType: "AMD_GPU",
    HABANA_GAUDIType: "HABANA_GAUDI",
    AppleSiliconType: "APPLE_SILICON",
}
_CLASS_OF_DEVICE: Mapping[str, DeviceClass] = {
    device: device_class for devices, device_class in _DEVICE_CLASSES.items() for device in get_args(devices)
}

_FORMER_GPU_NAMES = {"A100 80G": "A100_80G", "RTX PRO 6000": "RTX_PRO_6000"}


def _current_gpu_name(device: str) -> str:
    current = _FORMER_GPU_NAMES.get(device)
    if current is None:
        return device
    logger.warning(f"GPU type '{device}' is deprecated, use '{current}' instead.")
    return current


@constructor_repr
@dataclass(frozen=True, slots=True)
class Device:
    """An accelerator: its class, name, number and partition (upstream: `flyte.Device`; MAPPING ACC-09..12).

    Raises:
        ValueError: for a quantity below 1, or an Apple Silicon device described as anything else.
    """

    quantity: int
    device_class: DeviceClass
    device: str | None = None
    partition: str | None = None

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise ValueError("GPU quantity must be at least 1")
        if (self.device == "AppleSilicon") != (self.device_class == "APPLE_SILICON"):
            raise ValueError('The Apple Silicon device is device="AppleSilicon" with device_class="APPLE_SILICON"')
        if self.device_class == "APPLE_SILICON" and self.quantity != 1:
            raise ValueError("An Apple Silicon device is the Mac's single Metal GPU; quantity must be 1")


def _check_device(kind: str, device: str, devices: Any) -> None:
    if device not in get_args(devices):
        raise ValueError(f"Invalid {kind} type: {device}. Must be one of {get_args(devices)}")


def _check_partition(device: str, partition: str | None) -> None:
    allowed = _PARTITIONS.get(device)
    if partition is not None and allowed is not None and partition not in allowed:
        raise ValueError(f"Invalid partition for {device}: {partition}. Must be one of {allowed}")


def GPU(device: str, quantity: int, partition: str | None = None) -> Device:  # noqa: N802
    """An NVIDIA GPU (upstream: `flyte.GPU`; MAPPING ACC-13, ACC-14).

    Args:
        device: one of `GPUType`; a "<model> shared" device is a time-sliced share.
        quantity: number of devices, at least 1.
        partition: MIG partition, checked for the models that have known ones.

    Raises:
        ValueError: for an unknown device, quantity or partition, or a partition of a shared device.
    """
    if quantity < 1:
        raise ValueError("GPU quantity must be at least 1")
    device = _current_gpu_name(device)
    _check_device("GPU", device, GPUType)
    if partition is not None and device in get_args(SharedGPUType):
        raise ValueError(
            f"A shared GPU takes no partition, got {partition!r} for {device}. "
            "Request a plain device to use a MIG partition."
        )
    _check_partition(device, partition)
    return Device(device=device, quantity=quantity, partition=partition, device_class="GPU")


def TPU(device: str, partition: str | None = None) -> Device:  # noqa: N802
    """A Google TPU and its slice (upstream: `flyte.TPU`; MAPPING ACC-16).

    Raises:
        ValueError: for an unknown device or slice.
    """
    _check_device("TPU", device, TPUType)
    _check_partition(device, partition)
    return Device(1, "TPU", device, partition)


def Neuron(device: str) -> Device:  # noqa: N802
    """An AWS Neuron device; ValueError for an unknown one (upstream: `flyte.Neuron`)."""
    _check_device("Neuron", device, NeuronType)
    return Device(device=device, quantity=1, device_class="NEURON")


def AMD_GPU(device: str) -> Device:  # noqa: N802
    """An AMD GPU; ValueError for an unknown one (upstream: `flyte.AMD_GPU`)."""
    _check_device("AMD GPU", device, AMD_GPUType)
    return Device(device=device, quantity=1, device_class="AMD_GPU")


def HABANA_GAUDI(device: str) -> Device:  # noqa: N802
    """A Habana Gaudi device; ValueError for an unknown one (upstream: `flyte.HABANA_GAUDI`)."""
    _check_device("Habana Gaudi", device, HABANA_GAUDIType)
    return Device(device=device, quantity=1, device_class="HABANA_GAUDI")


def APPLE_SILICON() -> Device:  # noqa: N802
    """The Metal GPU of the Mac a development cluster runs on (upstream: `flyte.APPLE_SILICON`)."""
    return Device(device="AppleSilicon", quantity=1, device_class="APPLE_SILICON")


def _check_cpu(value: object, *, in_pair: bool = False) -> None:
    if value is None:
        if in_pair:
            raise ValueError("cpu pair elements must both be set, got None")
        return
    if isinstance(value, tuple) and not in_pair:
        for element in value:
            _check_cpu(element, in_pair=True)
        return
    if not isinstance(value, (int, float, str)):
        raise ValueError(
            f"cpu must be a core count or a Kubernetes quantity string such as 1, 0.5 or '100m', "
            f"got {type(value).__name__}: {value!r}"
        )
    if isinstance(value, (int, float)) and value < 0:
        raise ValueError("cpu must be greater than or equal to 0")


def _check_quantity(field: str, value: object, *, pair_allowed: bool = False, in_pair: bool = False) -> None:
    if value is None:
        if in_pair:
            raise ValueError(f"{field} pair elements must both be set, got None")
        return
    if pair_allowed and isinstance(value, tuple):
        for element in value:
            _check_quantity(field, element, in_pair=True)
        return
    if not isinstance(value, str):
        raise ValueError(
            f"{field} must be a Kubernetes quantity string such as '1Gi', '512Mi' or '2G', "
            f"got {type(value).__name__}: {value!r}"
        )


@dataclass
class Resources:
    """What a task asks of the cluster (upstream: `flyte.Resources`; MAPPING RES-01..12, CFG-08).

    Args:
        cpu: cores or a Kubernetes quantity; a tuple is (request, limit), a plain value a request only.
        memory: a Kubernetes quantity string, or a (request, limit) tuple of them.
        gpu: a count, an accelerator string such as "A100:2", or a `Device`.
        disk: ephemeral storage, a Kubernetes quantity string.
        shm: shared memory, a Kubernetes quantity string or "auto".

    Raises:
        ValueError: for a list instead of a tuple, a value of another type, a negative number or an unknown accelerator.
    """

    cpu: int | float | str | tuple[int | float | str, int | float | str] | None = None
    memory: str | tuple[str, str] | None = None
    gpu: str | int | Device | None = None
    disk: str | None = None
    shm: str | None = None

    def __post_init__(self) -> None:
        for field in ("cpu", "memory"):
            value = getattr(self, field)
            if isinstance(value, tuple) and len(value) != 2:
                raise ValueError(f"{field} tuple must have exactly two elements")
        _check_cpu(self.cpu)
        _check_quantity("memory", self.memory, pair_allowed=True)
        _check_quantity("disk", self.disk)
        _check_quantity("shm", self.shm)
        self._check_gpu()

    def _check_gpu(self) -> None:
        if self.gpu is None or isinstance(self.gpu, Device):
            return
        if isinstance(self.gpu, int):
            if self.gpu < 0:
                raise ValueError("gpu must be greater than or equal to 0")
        elif isinstance(self.gpu, str):
            device, separator, count = self.gpu.partition(":")
            if device in _FORMER_GPU_NAMES:
                self.gpu = f"{_current_gpu_name(device)}{separator}{count}"
            if self.gpu not in get_args(Accelerators):
                raise ValueError(f"gpu must be one of {Accelerators}, got {self.gpu}")
        else:
            raise ValueError(
                "gpu must be an accelerator string such as 'A100:4', a device count, or a "
                f"GPU()/TPU()/Device() instance, got {type(self.gpu).__name__}: {self.gpu!r}"
            )

    def get_device(self) -> Device | None:
        """The requested accelerator; None when there is none, which includes `gpu=0`."""
        if self.gpu is None or self.gpu == 0:
            return None
        if isinstance(self.gpu, int):
            return Device(quantity=self.gpu, device_class="GPU")
        if isinstance(self.gpu, str):
            device, _, count = self.gpu.partition(":")
            return Device(device=device, device_class=_CLASS_OF_DEVICE[device], quantity=int(count or 1))
        return self.gpu

    def get_shared_memory(self) -> str | None:
        """The size of the shared memory, "" for the largest the node has, None when none is asked for."""
        return "" if self.shm == "auto" else self.shm
