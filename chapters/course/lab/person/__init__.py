"""A person in front of a browser, which Playwright controls."""
