"""A diff that one view has sent, and the test whether the coming diff of another view is the same.

Most views do the same with a broadcast: this item into that stream, one out of another. So before a key is
made of all that, it is compared with what the last few views did (:mod:`.alike`). A remembered diff has a
key, so nothing in it changes any more.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from ..addresses import key_of_here
from .alike import alike
from .sharing import MISSING, SharedStream

if TYPE_CHECKING:
    from .streams import LiveStream
    from .template import LiveTemplate


class Seen:
    """A diff that only the streams of a view have caused.

    Args:
        template: the template of the view.
        plans: the loops over its streams.
        streams: the streams, with their coming changes.
        assigns: the assigns of the view.
        key: the key of the diff.

    Attributes:
        template: the template of the view.
        key: the key of the diff.
        end: the end of its frame; empty until it has been made.
    """

    __slots__ = ("_here", "_names", "_streams", "end", "key", "template")

    def __init__(
        self,
        template: LiveTemplate,
        plans: tuple[SharedStream, ...],
        streams: Mapping[str, LiveStream],
        assigns: Mapping[str, Any],
        key: Hashable,
    ) -> None:
        self.template = template
        self.key = key
        self.end = b""
        self._streams = []
        names: set[str] = set()
        for plan in plans:
            stream = streams[plan.stream]
            inserts = tuple(stream.inserts.items())
            self._streams.append((plan.stream, stream.ref, inserts, [*stream.deletes], stream.emptied))
            if stream.pending:
                names.update(plan.names)
        self._names = [(name, assigns.get(name, MISSING)) for name in sorted(names)]
        self._here = key_of_here()

    def is_coming(self, streams: Mapping[str, LiveStream], assigns: Mapping[str, Any]) -> bool:
        """Return whether the coming diff of another view with the same template is this one.

        Args:
            streams: the streams of that view, with their coming changes.
            assigns: the assigns of that view.
        """
        for name, ref, inserts, deletes, emptied in self._streams:
            stream = streams[name]
            coming = stream.inserts
            if len(coming) != len(inserts):
                return False
            for (dom_id, known), other in zip(inserts, coming, strict=True):
                if dom_id != other:
                    return False
                insert = coming[other]
                if known[0] is insert[0]:
                    if known != insert:
                        return False
                elif known[1:] != insert[1:] or not alike(known[0], insert[0]):
                    return False
            if stream.deletes != deletes or stream.emptied is not emptied or stream.ref != ref:
                return False
        for name, known in self._names:
            value = assigns.get(name, MISSING)
            if known is not value and not alike(known, value):
                return False
        return not self._names or self._here == key_of_here()
