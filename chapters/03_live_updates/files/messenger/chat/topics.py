"""The names under which news is published."""


def conversation_topic(conversation_id: int) -> str:
    """Where every new message of a conversation is announced."""
    return f"conversation:{conversation_id}"
