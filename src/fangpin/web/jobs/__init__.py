"""Background work: progress, cancel, the bell."""
