"""The county's tables: versions, identity numbers, imports, merges."""
