"""`PageInterceptor`: reads one connection of a browser, as HTTP and, after its upgrade, as a WebSocket.

h11 parses HTTP and writes it again, once for each side, because a page is changed on its way: it gets the
stage's script. Everything else is forwarded as it is.
"""

from __future__ import annotations

import h11

from course.stage.documents import is_page, page_headers, request_headers, with_script
from course.stage.sockets import Conversation
from course.stage.tap import Tap

LONGEST_HEAD = 256 * 1024


class PageBody:
    """A page that the server has not sent completely yet."""

    def __init__(self, head: h11.Response) -> None:
        self.head = head
        self.parts: list[bytes] = []


class PageInterceptor:
    """The `Interceptor` of one connection of a `Link`.

    Args:
        tap: gets the frames and pages.
        script: the address of the script that each page gets.
        origin: the stage's own origin.
    """

    def __init__(self, tap: Tap, script: str, origin: str) -> None:
        self._tap = tap
        self._script = script
        self._origin = origin
        self._browser = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)
        self._server = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._request: h11.Request | None = None
        self._page: PageBody | None = None
        self._socket: Conversation | None = None

    def outward(self, data: bytes) -> bytes:
        """Take bytes that the browser has sent; return the bytes to forward to the server.

        Raises:
            ConnectionResetError: if they are not HTTP.
        """
        if self._socket is not None:
            self._socket.sent(data)
            return data
        if not data:
            return b""
        try:
            self._browser.receive_data(data)
            return self._requests()
        except h11.ProtocolError as problem:
            raise _broken(problem) from problem

    def inward(self, data: bytes) -> bytes:
        """Take bytes that the server has sent; return the bytes to forward to the browser.

        Raises:
            ConnectionResetError: if they are not HTTP.
        """
        if self._socket is not None:
            self._socket.received(data)
            return data
        try:
            self._server.receive_data(data)
            return self._responses()
        except h11.ProtocolError as problem:
            raise _broken(problem) from problem

    def ended(self) -> None:
        """Note the end of the connection."""
        if self._socket is not None:
            self._socket.ended()

    def _requests(self) -> bytes:
        out = []
        while isinstance(event := self._browser.next_event(), h11.Request | h11.Data | h11.EndOfMessage):
            if isinstance(event, h11.Request):
                self._request = event
                event = h11.Request(
                    method=event.method,
                    target=event.target,
                    headers=request_headers(event.headers),
                    http_version=event.http_version,
                )
            out.append(self._server.send(event) or b"")
        return b"".join(out)

    def _responses(self) -> bytes:
        out = []
        while True:
            event = self._server.next_event()
            if isinstance(event, h11.InformationalResponse):
                out.append(self._browser.send(event) or b"")
                if event.status_code == 101:
                    out.append(self._upgraded())
                    break
            elif isinstance(event, h11.Response):
                out.append(self._head(event))
            elif isinstance(event, h11.Data):
                out.append(self._body(event))
            elif isinstance(event, h11.EndOfMessage):
                out.append(self._end(event))
            else:
                break
        return b"".join(out)

    def _upgraded(self) -> bytes:
        """Treat the connection as a WebSocket from now on; return its bytes that came with the head."""
        self._socket = Conversation(self._tap)
        rest, ended = self._server.trailing_data
        if rest:
            self._socket.received(rest)
        if ended:
            self._socket.ended()
        return rest

    def _head(self, response: h11.Response) -> bytes:
        request = self._request
        if request is not None and request.method != b"HEAD" and is_page(request.headers, response.headers):
            self._page = PageBody(response)
            return b""
        return self._browser.send(response) or b""

    def _body(self, data: h11.Data) -> bytes:
        if self._page is None:
            return self._browser.send(data) or b""
        self._page.parts.append(bytes(data.data))  # joined once, because a page may be long
        return b""

    def _end(self, end: h11.EndOfMessage) -> bytes:
        out = self._whole_page() if self._page is not None else b""
        out += self._browser.send(end) or b""
        for side in (self._browser, self._server):
            if side.our_state is h11.DONE and side.their_state is h11.DONE:
                side.start_next_cycle()
        return out

    def _whole_page(self) -> bytes:
        assert self._page is not None
        assert self._request is not None
        head, body = self._page.head, b"".join(self._page.parts)
        self._page = None
        if head.status_code not in (204, 304):
            path = self._request.target.decode("ascii", "replace")
            self._tap.page(self._request.method.decode(), path, head.status_code, len(body))
            body = with_script(body, self._script) if body else body
        response = h11.Response(
            status_code=head.status_code,
            headers=page_headers(head.headers, len(body), self._origin),
            reason=head.reason,
        )
        out = self._browser.send(response) or b""
        return out + (self._browser.send(h11.Data(data=body)) or b"" if body else b"")


def _broken(problem: h11.ProtocolError) -> ConnectionResetError:
    """Return the error that makes the link end a connection that is not HTTP."""
    return ConnectionResetError(str(problem))
