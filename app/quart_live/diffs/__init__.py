"""From a view's assigns to a diff: its template, its tree, and what one broadcast shares."""
