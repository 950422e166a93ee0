"""The plugins of the target SDK that migrated code uses.

Names, fields and checks are upstream's. The heavy packages (pyspark, ray, torch …) are imported when a task that needs
them runs, not here; upstream imports them with the plugin (MAPPING PLG-23).
"""
