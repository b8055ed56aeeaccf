"""Who counts, where it is not this process? A database, asked in one Ibis expression (docs/engines.md)."""
