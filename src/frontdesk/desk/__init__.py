"""Use cases: read, decide, append. Nothing here knows a wire or a web framework.

Followers of the log (routing, sockets, timers) live here too."""
