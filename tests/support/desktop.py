"""A desktop for one test: a D-Bus of its own, and on it the service that shows notifications to people.

On Linux, Chromium hands each system notification to `org.freedesktop.Notifications`, whether or not it has a
window itself. Here that service is ours: it records the notifications, which can be clicked.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.lab.app.process import detached

# A bus with nothing on it: none of the machine's services is started for us.
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"


def has_desktop() -> bool:
    """Return whether this machine can run one: it is Linux and has a D-Bus."""
    return sys.platform == "linux" and shutil.which("dbus-daemon") is not None


@dataclass
class Shown:
    """A notification on the desktop."""

    id: int
    title: str
    body: str
    closed: bool = False


@dataclass
class Desktop:
    """The notifications of one desktop, the oldest first."""

    shown: list[Shown] = field(default_factory=list)
    address: str = ""
    _last: int = 0

    async def open(self) -> None:
        """Start the bus and the service."""
        from jeepney.bus_messages import message_bus
        from jeepney.io.asyncio import open_dbus_connection

        self._folder = tempfile.TemporaryDirectory(prefix="parley-bus-")
        config = Path(self._folder.name) / "bus.conf"
        config.write_text(CONFIG.format(folder=self._folder.name), encoding="utf-8")
        self._bus = subprocess.Popen(  # noqa: ASYNC220
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--print-address=1"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            **detached(),
        )
        assert self._bus.stdout is not None
        self.address = (await asyncio.to_thread(self._bus.stdout.readline)).strip()
        self._connection = await open_dbus_connection(self.address)
        await self._connection.send(message_bus.RequestName(NAME))
        self._serving = asyncio.create_task(self._serve())

    async def close(self) -> None:
        """End the service and the bus."""
        self._serving.cancel()
        await asyncio.gather(self._serving, return_exceptions=True)
        await self._connection.close()
        self._bus.terminate()
        await asyncio.to_thread(self._bus.wait)
        self._folder.cleanup()

    @property
    def open_ones(self) -> list[Shown]:
        """The notifications that are still shown."""
        return [one for one in self.shown if not one.closed]

    async def click(self, shown: Shown) -> None:
        """Click a notification, as a person does."""
        await self._signal("ActionInvoked", "us", (shown.id, "default"))

    async def _signal(self, name: str, signature: str, body: tuple[Any, ...]) -> None:
        from jeepney import DBusAddress, new_signal

        await self._connection.send(new_signal(DBusAddress(PATH, interface=NAME), name, signature, body))

    async def _serve(self) -> None:
        from jeepney import HeaderFields, MessageType, new_method_return

        while True:
            message = await self._connection.receive()
            if message.header.message_type is not MessageType.method_call:
                continue
            member = message.header.fields.get(HeaderFields.member, "")
            signature, body = await self._answer(member, message.body)
            await self._connection.send(new_method_return(message, signature, body))

    async def _answer(self, member: str, body: Any) -> tuple[str, tuple[Any, ...]]:
        if member == "GetCapabilities":
            return "as", (["actions", "body", "persistence"],)
        if member == "GetServerInformation":
            return "ssss", ("Parley's tests", "Parley", "1", "1.2")
        if member == "Notify":
            return "u", (self._show(replaces=body[1], title=body[3], text=body[4]),)
        if member == "CloseNotification":
            for one in self.shown:
                one.closed = one.closed or one.id == body[0]
            await self._signal("NotificationClosed", "uu", (body[0], 3))
        return "", ()

    def _show(self, replaces: int, title: str, text: str) -> int:
        # Chromium puts the site's host above the text.
        said = text.partition("\n\n")[2]
        known = next((one for one in self.shown if one.id == replaces), None)
        if known is not None:
            known.title, known.body = title, said
            return known.id
        self._last += 1
        self.shown.append(Shown(self._last, title, said))
        return self._last


async def until(reached: Callable[[], Any], what: str, seconds: float = 10) -> None:
    """Wait until ``reached()``, plain or async, is true.

    Raises:
        AssertionError: if it is not true in time.
    """
    end = asyncio.get_running_loop().time() + seconds
    while True:
        found = reached()
        if await found if asyncio.iscoroutine(found) else found:
            return
        assert asyncio.get_running_loop().time() < end, f"not seen within {seconds} seconds: {what}"
        await asyncio.sleep(0.03)


def with_bus(address: str) -> dict[str, str]:
    """Return the environment of a program on this desktop."""
    return {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address}
