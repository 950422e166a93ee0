"""Source to source: a view of one libcst tree, the edits that rules ask for, and their one application."""
