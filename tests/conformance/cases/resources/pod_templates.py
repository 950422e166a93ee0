"""Pod templates: fields, adopting a pod specification, and the grants that change one."""

from datetime import timedelta

import flyte
from conformance_support import caught
from kubernetes.client import V1Container, V1PodSpec, V1SecurityContext


def spec(*names):
    return V1PodSpec(containers=[V1Container(name=name) for name in names])


def main():
    template = flyte.PodTemplate(primary_container_name="main", labels={"a": "b"}, annotations={"c": "d"})
    fuse = template.allow_fuse()
    pinned = spec("primary")
    pinned.containers[0].security_context = V1SecurityContext(privileged=False)
    return [
        repr(flyte.PodTemplate()),
        [template.primary_container_name, template.labels, template.annotations],
        flyte.PodTemplate.from_spec(spec("x")).primary_container_name,
        flyte.PodTemplate.from_spec(spec("x", "primary")).primary_container_name,
        caught(lambda: flyte.PodTemplate.from_spec(spec("x", "y"))),
        caught(lambda: flyte.PodTemplate.from_spec(spec("x"), primary_container_name="y")),
        template.with_termination_grace_period(timedelta(minutes=1)).pod_spec.termination_grace_period_seconds,
        caught(lambda: template.with_termination_grace_period(-1)),
        caught(lambda: template.with_termination_grace_period("1")),
        caught(lambda: template.with_termination_grace_period(True)),
        caught(lambda: template.with_termination_grace_period(None)),
        [fuse.annotations, fuse.pod_spec.containers[0].resources.limits, template.pod_spec],
        fuse.allow_nested_sandboxing().annotations,
        template.allow_fuse(privileged=True).pod_spec.containers[0].security_context.privileged,
        caught(lambda: flyte.PodTemplate(pod_spec=pinned).allow_fuse(privileged=True)),
        caught(lambda: template.allow_fuse(privileged=True).allow_nested_sandboxing()),
        caught(lambda: flyte.PodTemplate(spec=None)),
    ]
