"""The web application for a county's working day. It holds no rule of its own: it calls the core.

Apps, lowest first; an app imports only those before it (no import cycle at any depth):

    site        what every page shares: base template, languages, errors, /healthz, guards, places, cards, assets
    audit       audit.record(...): who did or saw what; sealed in batches into a hash chain
    regions     the tree of the county's townships and villages
    accounts    people, duties (role × region), the permission table; accounts.scope decides who may see what
    jobs        background work with progress and cancel
    registers   the county's tables: versions, identity numbers, imports, merges
    households  lists, one household, edits, prints
    casework    from a clue to the village's decision, the notice and the approval; /public/ without login
    workbench   / for each role
    api         /api/

In each app: `models` · `actions` (every write, with ``by=``, audit in the same transaction) · `queries` (every read,
scoped through accounts.scope) · `views` · `forms` · `urls` · templates/APP/*.html · locale/en/LC_MESSAGES/django.po.
A view neither writes nor reads by itself. README.md in this folder says how to add a page.
"""
