"""Everything → estimates: who moves when a rule moves."""
