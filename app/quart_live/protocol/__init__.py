"""What goes over the wire, and how it is read: frames, events, forms, tokens."""
