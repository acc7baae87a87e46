"""The wire: frames, events, form data, tokens, and the checks of all that comes from a client."""
