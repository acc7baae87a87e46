"""One joined view: the join, its messages, its replies, its end."""
