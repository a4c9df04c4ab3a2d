"""Lists, one household, edits, prints."""
