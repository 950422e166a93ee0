"""What is known of the user's repository: discovery, source text, per-file facts and the linked index. Free of
libcst."""
