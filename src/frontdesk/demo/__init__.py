"""The demo: one service, one agent, and a bot that greets.

Everything can be tried in a minute, and what was tried is still there after a restart."""
