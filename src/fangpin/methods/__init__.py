"""Pure mathematics: distributions from published tables, measures of poverty and inequality.

Knows no county, no file and no clock: tables, weights, lines and years arrive as arguments.
"""
