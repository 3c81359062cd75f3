"""Sessions of applications that own interactions, and the modules that act for them; `modules.py` is the seam."""
