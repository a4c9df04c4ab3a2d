"""The tree of the county: townships and villages."""
