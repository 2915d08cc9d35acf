"""What a person is told about a file the office does not take."""

from office.acting.door import Refused


class Unfit(Refused):
    """This file is not taken. `str()` is one sentence per file, each naming it and saying what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, field="files")
