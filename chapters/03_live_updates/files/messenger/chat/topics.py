"""The topics on which news is broadcast."""


def conversation_topic(conversation_id: int) -> str:
    """Return the topic on which every new message of a conversation is broadcast."""
    return f"conversation:{conversation_id}"
