"""Journeys at the desk: customers kept, what is defined, and what is asked of both."""
