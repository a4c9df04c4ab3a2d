"""A county that is damaged on purpose, kind by kind, and the account of what checking it finds.

county      a generated county in the shapes in which data come: the national export, the template's tables
plan        Kind (a kind of damage as data), Plant (one damage and its place), Work (where damage is done)
identity, cells, rows, layout, files     the kinds
measure     one kind planted, the file checked, every plant accounted for
page        the table of docs/recall.md
"""
