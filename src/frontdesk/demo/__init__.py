"""The demo: one service, one agent, and a bot that greets, so that everything can be tried in a minute."""
