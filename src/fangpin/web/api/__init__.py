"""/api/: the same reads and writes for programs, through the same scope."""
