"""Messages are handled one at a time: the queue, the pump, timers and tasks."""
