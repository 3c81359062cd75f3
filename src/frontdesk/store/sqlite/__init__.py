"""The store on SQLite: one thread writes, others read, and the event loop waits for neither."""
