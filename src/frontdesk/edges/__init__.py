"""The ways in and out: HTTP routes, WebSockets, static pages. Thin.

An edge turns bytes into a command and a result into bytes."""
