"""The names `flyte` exports that the bundled runtime has."""

import flyte

env = flyte.TaskEnvironment(name="submodules-exported-names")


WANTED = """
AMD_GPU APPLE_SILICON GPU HABANA_GAUDI TPU AsyncFunctionTaskTemplate Backoff BaseCheckpoint Cache CachePolicy
CacheRequest Checkpoint ConditionWebhook Cron Device Documentation Environment FixedRate Image Link Neuron
OnArtifact PodTemplate Resources RetryStrategy ReusePolicy Secret SecretRequest TaskEnvironment TaskTemplate
Timeout TimeoutType Trigger TriggerTime TriggeredArtifact TriggeredPartition build build_images ctx
current_domain current_project custom_context deploy get_custom_context group init init_from_api_key
init_from_config init_in_cluster init_passthrough is_control_plane_available latest_checkpoint logger map
new_condition rerun run system_logger trace version with_runcontext
""".split()


def main():
    return [[name for name in WANTED if not hasattr(flyte, name)], flyte.version() == flyte.__version__]
