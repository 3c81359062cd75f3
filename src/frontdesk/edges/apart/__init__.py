"""Journeys in a process of their own: both ends of the socket between a node and that process."""
