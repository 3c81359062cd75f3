"""Orchestration: sessions of applications that own interactions, and the modules that act for them.

`modules.py` is the seam between the two: read it first.
"""
