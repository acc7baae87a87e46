"""One browser's WebSocket: who may open it, what it may cost, and how frames come in and go out."""
