"""/ for each role: what is due today."""
