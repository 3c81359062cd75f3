"""The store on PostgreSQL: any number of nodes, one order of events."""
