"""People, their duties (role × region), the permission table; `scope` decides who may see what."""
