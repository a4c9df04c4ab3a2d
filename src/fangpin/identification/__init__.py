"""Facts meet the law: registry × standard → verdicts with reasons and what to ask."""
