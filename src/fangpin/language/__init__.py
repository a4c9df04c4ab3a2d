"""The rule language: parse, check, evaluate one household, say it in two languages; rule documents."""
