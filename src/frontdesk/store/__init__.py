"""The event log and what is kept beside it: timers, cards, accounts, files.

`memory`, SQLite and PostgreSQL stand behind one small protocol."""
