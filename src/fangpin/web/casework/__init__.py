"""Cases: from a clue to the village's decision, the notice and the county's approval."""
