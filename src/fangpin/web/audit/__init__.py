"""Who did or saw what: append-only entries, sealed in batches into a hash chain."""
