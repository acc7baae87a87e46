"""The learner's side: the workspace, the files that cells save, and the learner's progress."""
