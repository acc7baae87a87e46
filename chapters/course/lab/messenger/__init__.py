"""What the Lab knows of the messenger itself: signing in, notifications, what survives a fault."""
