"""Uploads: files come in chunks over the same socket, with progress, and land in temporary files.

    class AvatarLive(LiveView):
        inline_template = '''
            <form phx-change="validate" phx-submit="save" phx-drop-target="{{ uploads.avatar.ref }}">
              {{ live_file_input(uploads.avatar) }}
              {% for entry in uploads.avatar.entries %}
                {{ live_img_preview(entry, width=80) }} {{ entry.progress }} %
                {{ entry.errors|join(", ") }}
                <button type="button" phx-click="cancel" phx-value-ref="{{ entry.ref }}">Cancel</button>
              {% endfor %}
              <button>Save</button>
            </form>'''

        async def mount(self, params, session):
            self.allow_upload("avatar", accept=[".png", ".jpg"], max_file_size=2_000_000)

        async def handle_event(self, event, params):
            if event == "cancel":
                self.cancel_upload("avatar", params["ref"])
            elif event == "save":
                await self.consume_uploaded_entries("avatar", self.keep)

        def keep(self, file, entry):  # a plain function is run in a thread
            shutil.copy(file.path, AVATARS / f"{entry.uuid}{entry.extension}")

Choosing files sends a form event that describes them: type, size and number are checked. With the form (or at
once, with ``auto_upload``) the client asks to send them (the *preflight*), gets a signed token for each file,
and sends the file through a channel of its own. When all are there, the form's ``phx-submit`` event comes.

All that the client sends is checked again: the bytes that really come are counted, a token works for one
file, in one view, on one socket; names never become paths. Files that are not consumed are deleted when the
view ends, in whatever way.

`methods` has the methods of views, `entries` the state that templates see, `markup` the template functions,
`preflight` the client's messages, `descriptions` those of chosen files, `transfer` the channel of one file,
`writer` and `destination` the way of its bytes, by default to the temporary `files`, `desk` all of one view.
"""

from .entries import Upload, UploadEntry, UploadRefused, Uploads
from .files import UploadedFile
from .methods import Postpone, UploadMethods
from .writer import UploadWriter

__all__ = [
    "Postpone",
    "Upload",
    "UploadEntry",
    "UploadMethods",
    "UploadRefused",
    "UploadWriter",
    "UploadedFile",
    "Uploads",
]
