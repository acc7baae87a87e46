"""The part of the Lab that knows the messenger: signing in, and notifications."""
