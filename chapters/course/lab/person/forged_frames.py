"""Forged frames: frames that an attacker could send from the browser's console, and no client would."""

from __future__ import annotations

from typing import Any

from course.lab.person.person import Person

# The join has the page's own tokens, and an address that the page does not have.
JOIN_JS = """async path => {
  const main = document.querySelector("[data-phx-main]");
  const token = document.querySelector("meta[name='csrf-token']").content;
  const address = `ws://${location.host}/live/websocket?_csrf_token=${encodeURIComponent(token)}&vsn=2.0.0`;
  const socket = new WebSocket(address);
  const answer = await new Promise((resolve, reject) => {
    socket.onmessage = message => resolve(JSON.parse(message.data)[4]);
    socket.onerror = socket.onclose = () => reject(new Error("the socket closed"));
    socket.onopen = () => socket.send(JSON.stringify(["1", "1", `lv:${main.id}`, "phx_join", {
      url: location.origin + path,
      params: {_csrf_token: token, _mounts: 0, _mount_attempts: 0},
      session: main.dataset.phxSession,
      static: main.dataset.phxStatic,
      sticky: false,
    }]));
  });
  socket.onclose = socket.onerror = null;
  socket.close();
  return answer;
}"""


async def join_at(person: Person, path: str) -> dict[str, Any]:
    """Join the main view of a person's page at another address, on a socket of its own.

    Returns:
        The payload of the reply: ``status``, and ``response``.
    """
    answer: dict[str, Any] = await person.page.evaluate(JOIN_JS, path)
    return answer


PUSH_JS = """([event, value, milliseconds]) => new Promise(resolve => {
  const push = liveSocket.main.channel.push("event", {type: "hook", event, value}, milliseconds);
  for (const status of ["ok", "error", "timeout"])
    push.receive(status, response => resolve([status, JSON.stringify(response ?? null)]));
})"""


async def push_event(person: Person, event: str, value: object, seconds: float = 5.0) -> tuple[str, str]:
    """Send an event on the channel of a page's main view. The page does not show its effect.

    Args:
        person: the owner of the page.
        event: the event's name.
        value: the event's parameters, as JSON allows them.
        seconds: the longest time to wait for the reply.

    Returns:
        The status of the reply, ``ok``, ``error`` or ``timeout``; and the response, as JSON.
    """
    status, answer = await person.page.evaluate(PUSH_JS, [event, value, seconds * 1000])
    return str(status), str(answer)
