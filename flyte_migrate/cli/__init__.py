"""The command line: one module per command, registered in ``app``. The work is done in the packages they call."""
