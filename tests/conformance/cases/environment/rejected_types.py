"""Settings of wrong types are refused."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="environment-rejected-types")


def main():
    wrong = [
        {"image": 5},
        {"secrets": ("a",)},
        {"secrets": 5},
        {"service_account": 5},
        {"depends_on": ["other"]},
        {"resources": {"cpu": 1}},
        {"env_vars": ["A=1"]},
        {"pod_template": 5},
        {"include": "file.txt"},
        {"include": [5]},
        {"include": 5},
        {"cache": True},
        {"reusable": 5},
        {"nonsense": 1},
    ]
    return [caught(lambda: flyte.TaskEnvironment(name="wrong", **each), message=False) for each in wrong]
