"""Reports: files for people, made of verdicts. The report page, visit sheets, results with their manifest.

Gives   summary.Summary, html.write_report; visits.write_visits; result.Result
"""
