"""Sessions of applications that own interactions, and the modules that act for them: see `modules.py`."""
