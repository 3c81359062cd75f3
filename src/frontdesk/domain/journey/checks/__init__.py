"""What may be saved: every check beyond the types. Source: journey.md §1.5, §6.6, §13.3."""
