"""Pod templates."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kubernetes.client import V1PodSpec

_PRIMARY_CONTAINER = "primary"
_FUSE_VOLUME = "fuse-device"
_FUSE_PATH = "/dev/fuse"
_FUSE_RESOURCE = "smarter-devices/fuse"
_CAPABILITY_ANNOTATION_PREFIX = "flyte.org/capability-"
_APPARMOR_ANNOTATION_PREFIX = "container.apparmor.security.beta.kubernetes.io/"
_APPARMOR_UNCONFINED = "unconfined"


@dataclass
class PodTemplate:
    """A pod to run a task in (upstream: `flyte.PodTemplate`; MAPPING CFG-14).

    The `kubernetes` package is needed only to build a `V1PodSpec` and by the methods that change one.
    """

    pod_spec: V1PodSpec | None = None
    primary_container_name: str = _PRIMARY_CONTAINER
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None

    @classmethod
    def from_spec(
        cls,
        pod_spec: V1PodSpec,
        *,
        primary_container_name: str | None = None,
        labels: dict[str, str] | None = None,
        annotations: dict[str, str] | None = None,
    ) -> PodTemplate:
        """A template around a copy of `pod_spec`.

        The primary container is the named one, else "primary", else the only one.

        Raises:
            ValueError: when the named container does not exist or none can be chosen.
        """
        names = [getattr(container, "name", None) for container in (pod_spec.containers or [])]
        if primary_container_name is not None:
            if primary_container_name not in names:
                raise ValueError(
                    f"primary_container_name {primary_container_name!r} not found in pod spec; "
                    f"available containers: {names}"
                )
            primary = primary_container_name
        elif _PRIMARY_CONTAINER in names:
            primary = _PRIMARY_CONTAINER
        elif len(names) == 1 and names[0]:
            primary = names[0]
        else:
            raise ValueError(
                f"Cannot determine the primary container: the pod spec has containers {names} and none "
                f"is named {_PRIMARY_CONTAINER!r}. Pass primary_container_name= to pick one."
            )
        return cls(
            pod_spec=copy.deepcopy(pod_spec),
            primary_container_name=primary,
            labels=dict(labels) if labels else None,
            annotations=dict(annotations) if annotations else None,
        )

    def with_termination_grace_period(self, termination_grace_period: int | timedelta) -> PodTemplate:
        """A copy whose pod gets this long to stop, in seconds or as a timedelta.

        Raises:
            TypeError: for another type.
            ValueError: for a negative period.
        """
        seconds = _whole_seconds(termination_grace_period)
        template = _with_primary_container(self)
        template.pod_spec.termination_grace_period_seconds = seconds  # type: ignore[union-attr]
        return template

    def allow_fuse(self, privileged: bool = False) -> PodTemplate:
        """A copy whose primary container may mount FUSE file systems.

        Raises:
            ValueError: when `privileged` contradicts the security context the template has.
        """
        template = _with_primary_container(self)
        primary = _primary_container(template)
        if privileged:
            _grant_fuse_by_privilege(template, primary)
        else:
            _request_fuse_device(primary)
        _add_sys_admin(primary)
        _annotate_capability(template, "fuse")
        return template

    def allow_nested_sandboxing(self) -> PodTemplate:
        """A copy whose primary container may create sandboxes in user namespaces.

        Raises:
            ValueError: when that contradicts the security context or AppArmor profile the template has.
        """
        template = _with_primary_container(self)
        primary = _primary_container(template)
        context = primary.security_context
        if context is not None and context.privileged is True:
            raise ValueError(
                "allow_nested_sandboxing() grants only CAP_SYS_ADMIN with allowPrivilegeEscalation=false, but the "
                "pod template sets privileged=true on the primary container, which Kubernetes rejects in "
                "combination with allowPrivilegeEscalation=false (note: this also means allow_nested_sandboxing() "
                "cannot be combined with allow_fuse() unless the latter uses allow_fuse(privileged=False))."
            )
        if context is not None and context.allow_privilege_escalation is True:
            raise ValueError(
                "allow_nested_sandboxing() sets allowPrivilegeEscalation=false on the primary container, but the pod "
                "template explicitly sets allowPrivilegeEscalation=true."
            )
        _unconfine_apparmor(template)
        _add_sys_admin(primary)
        primary.security_context.allow_privilege_escalation = False
        _annotate_capability(template, "nested-sandboxing")
        return template


def _whole_seconds(period: object) -> int:
    if period is None:
        raise TypeError("termination_grace_period is required and must be an int (seconds) or timedelta.")
    if isinstance(period, bool):
        raise TypeError("termination_grace_period must be an int (seconds) or timedelta, not bool.")
    if isinstance(period, timedelta):
        seconds = int(period.total_seconds())
    elif isinstance(period, int):
        seconds = period
    else:
        raise TypeError(f"termination_grace_period must be an int (seconds) or timedelta, got {type(period).__name__}.")
    if seconds < 0:
        raise ValueError(f"termination_grace_period must be non-negative, got {seconds} seconds.")
    return seconds


def _with_primary_container(template: PodTemplate) -> PodTemplate:
    from kubernetes.client import V1Container, V1PodSpec

    template = copy.deepcopy(template)
    if template.pod_spec is None:
        template.pod_spec = V1PodSpec(containers=[V1Container(name=template.primary_container_name)])
    containers = list(template.pod_spec.containers or [])
    if not any(getattr(container, "name", None) == template.primary_container_name for container in containers):
        template.pod_spec.containers = [*containers, V1Container(name=template.primary_container_name)]
    return template


def _primary_container(template: PodTemplate) -> Any:
    containers = template.pod_spec.containers  # type: ignore[union-attr]
    return next(container for container in containers if container.name == template.primary_container_name)


def _annotate_capability(template: PodTemplate, name: str) -> None:
    template.annotations = {**(template.annotations or {}), f"{_CAPABILITY_ANNOTATION_PREFIX}{name}": "true"}


def _add_sys_admin(primary: Any) -> None:
    from kubernetes.client import V1Capabilities, V1SecurityContext

    context = primary.security_context or V1SecurityContext()
    capabilities = context.capabilities or V1Capabilities()
    added = list(capabilities.add or [])
    capabilities.add = added if "SYS_ADMIN" in added else [*added, "SYS_ADMIN"]
    context.capabilities = capabilities
    primary.security_context = context


def _request_fuse_device(primary: Any) -> None:
    from kubernetes.client import V1ResourceRequirements

    resources = primary.resources or V1ResourceRequirements()
    resources.requests = {**(resources.requests or {}), _FUSE_RESOURCE: "1"}
    resources.limits = {**(resources.limits or {}), _FUSE_RESOURCE: "1"}
    primary.resources = resources


def _grant_fuse_by_privilege(template: PodTemplate, primary: Any) -> None:
    from kubernetes.client import V1HostPathVolumeSource, V1SecurityContext, V1Volume, V1VolumeMount

    context = primary.security_context
    if context is not None and context.privileged is False:
        raise ValueError(
            f"allow_fuse(privileged=True) requires privileged=true on the primary container "
            f"({template.primary_container_name!r}), but the pod template explicitly sets privileged=false. "
            "On clusters with a FUSE device plugin, use allow_fuse() (the unprivileged default)."
        )
    if context is not None and context.allow_privilege_escalation is False:
        raise ValueError(
            "allow_fuse(privileged=True) makes the primary container privileged, which Kubernetes rejects "
            "when allowPrivilegeEscalation=false is set (e.g. after allow_nested_sandboxing()). Use the "
            "unprivileged default allow_fuse(), which composes with allow_nested_sandboxing()."
        )
    spec: Any = template.pod_spec
    volumes = list(spec.volumes or [])
    if not any(getattr(volume, "name", None) == _FUSE_VOLUME for volume in volumes):
        source = V1HostPathVolumeSource(path=_FUSE_PATH, type="CharDevice")
        spec.volumes = [*volumes, V1Volume(name=_FUSE_VOLUME, host_path=source)]
    mounts = list(primary.volume_mounts or [])
    if not any(getattr(mount, "name", None) == _FUSE_VOLUME for mount in mounts):
        primary.volume_mounts = [*mounts, V1VolumeMount(name=_FUSE_VOLUME, mount_path=_FUSE_PATH)]
    primary.security_context = primary.security_context or V1SecurityContext()
    primary.security_context.privileged = True


def _unconfine_apparmor(template: PodTemplate) -> None:
    key = f"{_APPARMOR_ANNOTATION_PREFIX}{template.primary_container_name}"
    profile = (template.annotations or {}).get(key)
    if profile is not None and profile != _APPARMOR_UNCONFINED:
        raise ValueError(
            f"allow_nested_sandboxing() requires the AppArmor profile of the primary container to be "
            f"{_APPARMOR_UNCONFINED!r}, but the pod template sets {key}={profile!r}."
        )
    template.annotations = {**(template.annotations or {}), key: _APPARMOR_UNCONFINED}
