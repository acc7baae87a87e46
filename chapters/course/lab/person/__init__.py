"""A person in front of a browser, seen and moved through Playwright."""
