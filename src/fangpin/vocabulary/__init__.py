"""Words: texts in two languages, units, masking, findings and errors. Standard library only."""
