"""What a learner has: the workspace, what their cells have saved, and how far they are."""
