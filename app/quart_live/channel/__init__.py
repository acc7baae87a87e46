"""One joined view: its join, its messages, its replies, its end."""
