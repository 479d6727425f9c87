"""The report: pages for people who decide whether a snapshot may be used, all of them projections of it."""
