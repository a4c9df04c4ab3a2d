"""What is known of the country: published statistics, regions and their codes.

Gives   statistics (medians, means, quintiles with the day they were published), regions (codes, names, ancestors)
Not     rules (standards), a county's own figures (overlays)
Source  data/SOURCES.md
"""
