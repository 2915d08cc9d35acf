"""Large uploads on their way in: a full disk costs the file, never what was typed beside it."""

import io
from contextlib import suppress
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from office.fullness import is_full


class NotReceived(UploadedFile):
    """A file there was no room for. `check()` says so by its name; the rest of the form arrives as it was sent."""


class ToDisk(TemporaryFileUploadHandler):
    """Django's own would break off the whole request, and with it everything typed on the page."""

    full = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.full = False
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if not self.full:
            try:
                super().receive_data_chunk(raw_data, start)
            except OSError as error:
                self._give_up(error)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if not self.full:
            try:
                return super().file_complete(file_size)
            except OSError as error:
                self._give_up(error)
        return NotReceived(io.BytesIO(), name=self.file_name, content_type=self.content_type, size=0)

    def _give_up(self, error: OSError) -> None:
        if not is_full(error):
            raise error
        self.full = True
        # There is none where not even an empty file could be made.
        if "file" in vars(self):
            # Closing writes what is still waiting, and fails once more; the file goes all the same.
            with suppress(OSError):
                self.file.close()
