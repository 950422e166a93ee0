"""Apps: what an app environment, its scaling and its parameters accept."""

from datetime import timedelta

import flyte
import flyte.app
from conformance_support import caught
from flyte.app import AppEndpoint, AppEnvironment, ArtifactValue, Domain, Link, Parameter, Port, Scaling, Timeouts
from flyte.io import Dir, File

flyte.init()
image = flyte.Image.from_debian_base(name="apps").with_pip_packages("streamlit")
api = AppEnvironment(name="api", image=image, args="python main.py", include=["main.py"], requires_auth=False)
model = AppEnvironment(
    name="model",
    image=image,
    args=["serve"],
    port=Port(port=8000, name="http1"),
    scaling=Scaling(replicas=(1, 3), metric=Scaling.Concurrency(10), scaledown_after=300),
    parameters=[
        Parameter(name="weights", value=ArtifactValue(name="weights"), download=False),
        Parameter(name="api", value=AppEndpoint(app_name=api.name), env_var="API"),
        Parameter(name="data", value=Dir.from_existing_remote("s3://bucket/data"), mount="/data"),
        Parameter(name="file", value=File.from_existing_remote("s3://bucket/a.txt")),
        Parameter(name="mode", value="fast"),
    ],
    depends_on=[api],
    domain=Domain(subdomain="model"),
    links=[Link(path="/docs", title="Docs")],
    timeouts=Timeouts(request=60),
)


def main():
    return [
        [api.name, api.port.port, api.scaling.replicas, api.include, api.args, api.requires_auth, api.cluster_pool],
        [model.port.port, model.port.name, model.scaling.replicas, model.scaling.metric.val],
        [model.scaling.scaledown_after == timedelta(minutes=5), model.timeouts.request == timedelta(minutes=1)],
        [(p.name, p.download, p.env_var, p.mount, p.ignore_patterns) for p in model.parameters],
        [model.parameters[0].value.name, model.parameters[1].value.app_name, model.parameters[1].value.public],
        [model.depends_on[0].name, model.domain.subdomain, model.links[0].is_relative, Scaling(replicas=2).replicas],
        caught(lambda: AppEnvironment(name="Not_an_app", args="x")),
        caught(lambda: AppEnvironment(name="reserved", args="x", port=9090)),
        caught(lambda: AppEnvironment(name="a", args=3)),
        caught(lambda: AppEnvironment(name="b", command="x", parameters=[Parameter(name="c", value="d")])),
        caught(lambda: AppEnvironment(name="c", args="x", scaling=3)),
        caught(lambda: Scaling(replicas=(3, 1))),
        caught(lambda: Scaling(replicas=-1)),
        caught(lambda: Scaling(metric=3)),
        caught(lambda: Scaling.Concurrency(0)),
        caught(lambda: Timeouts(request=7200)),
        caught(lambda: Timeouts(request="1h")),
        caught(lambda: Parameter(name="a", value=3)),
        caught(lambda: Parameter(name="a", value="b", env_var="1a")),
        caught(lambda: Port(8012)),
    ]
