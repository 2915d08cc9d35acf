"""What stands around a register besides its rows."""

from dataclasses import dataclass
from datetime import datetime

from office.printing.sheets import when


@dataclass(frozen=True, kw_only=True)
class Imprint:
    """`office` upper left, `registrar` lower left; `anchor` a short proof in the foot such as
    "校验码 7f3a91c2（2026年11月21日）"; `printed_at` stands beside it and becomes the file's creation
    date; `left_out` says which numbers are missing and why, so that none looks lost (R-IN-04)."""

    office: str
    registrar: str = ""
    anchor: str = ""
    left_out: str = ""
    printed_at: datetime | None = None

    @property
    def proof(self) -> str:
        """The middle of the foot."""
        return "　".join(part for part in (self.left_out, self.anchor, self.printed) if part)

    @property
    def printed(self) -> str:
        return f"{when(self.printed_at)} 打印" if self.printed_at else ""
