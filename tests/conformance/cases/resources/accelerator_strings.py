"""Accelerator strings: which exist, what device they stand for, and the two former names."""

import flyte
from conformance_support import caught, described


def device(text):
    try:
        return described(flyte.Resources(gpu=text).get_device())
    except ValueError as error:
        return str(error).rpartition(", got ")[2]


def main():
    known = ("T4:1", "A100:8", "A100_80G:2", "L40s:1", "RTX_PRO_6000:2", "T4 shared:1", "Trn1:4", "Inf2:12", "MI300X:1")
    more = ("Gaudi1:1", "AppleSilicon", "AppleSilicon:1", "A100 80G:1", "RTX PRO 6000:1")
    unknown = ("T4", "T4:9", "H100:0", "L40S:1", "V5E:1", "RTX_PRO_6000:3", "K80:1", "t4:1", "")
    message = caught(lambda: flyte.Resources(gpu="T4"))["message"]
    return [*(device(text) for text in (*known, *more, *unknown)), message]
