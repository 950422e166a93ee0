"""TPUs, Neuron, AMD, Gaudi and Apple devices, and a device spelt out."""

import flyte
from conformance_support import caught


def main():
    return [
        caught(lambda: flyte.TPU("V5E", "2x4")),
        caught(lambda: flyte.TPU("V5P")),
        caught(lambda: flyte.TPU("V5E", "2x5")),
        caught(lambda: flyte.TPU("T4")),
        caught(lambda: flyte.Neuron("Trn1")),
        caught(lambda: flyte.Neuron("T4")),
        caught(lambda: flyte.AMD_GPU("MI300X")),
        caught(lambda: flyte.AMD_GPU("MI1")),
        caught(lambda: flyte.HABANA_GAUDI("Gaudi1")),
        caught(lambda: flyte.HABANA_GAUDI("Gaudi2")),
        caught(lambda: flyte.APPLE_SILICON()),
        caught(lambda: flyte.Device(quantity=2, device_class="GPU", device="nvidia-h100")),
        caught(lambda: flyte.Device(quantity=0, device_class="GPU")),
        caught(lambda: flyte.Device(quantity=1, device_class="GPU", device="AppleSilicon")),
        caught(lambda: flyte.Device(quantity=2, device_class="APPLE_SILICON", device="AppleSilicon")),
        caught(lambda: flyte.Device(device="nvidia-h100")),
    ]
