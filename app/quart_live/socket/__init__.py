"""One browser's WebSocket: its handshake, its limits, its incoming and outgoing frames, and its end."""
