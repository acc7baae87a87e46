"""Mailboxes: views handle their messages one at a time. The queue, the pump, timers and tasks."""
