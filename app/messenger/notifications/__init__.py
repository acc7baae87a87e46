"""The notifications context: devices, the notes for them, and pushing."""

from .devices import Address, device_of, devices_to_tell, forget_device, keep_device
from .endpoints import NotAPushService, check_endpoint
from .models import Device
from .notes import Note, address_of, note_of_conversation, note_of_message, tag
from .pushing import Pusher, pusher
from .settings import PushSettings, push_settings

__all__ = [
    "Address",
    "Device",
    "NotAPushService",
    "Note",
    "PushSettings",
    "Pusher",
    "address_of",
    "check_endpoint",
    "device_of",
    "devices_to_tell",
    "forget_device",
    "keep_device",
    "note_of_conversation",
    "note_of_message",
    "push_settings",
    "pusher",
    "tag",
]
