"""Official papers on A4: the forms of the procedure, filled in or blank, as PDF.

Gives   pdf(form, data), blank(form), document(title, blocks), names()
Source  rules/process/forms.yaml (which papers, and what may stand on them); layouts in layouts.py
"""

from fangpin.reports.papers.make import blank, document, missing_characters, names, pdf

__all__ = ["blank", "document", "missing_characters", "names", "pdf"]
