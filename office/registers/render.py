"""The process that renders pieces: python -m office.registers.render JOB.

JOB is a JSON file {"columns": [...], "pieces": [[content file, target PDF], ...]}. A line per finished piece
goes to standard output. The process ends after its few pieces, and with it the memory that rendering took;
the collector stays off throughout. It needs no settings, no database and no parent's state, so a Celery
worker, which may not fork children of its own, can start it as a plain program.
"""

import gc
import json
import sys
from pathlib import Path

from office.printing import engine

from . import page
from .whole import whole


def main(job: str) -> None:
    gc.disable()
    order = json.loads(Path(job).read_text(encoding="utf-8"))
    for content, target in order["pieces"]:
        pages = json.loads(Path(content).read_text(encoding="utf-8"))
        html = page.document(order["columns"], pages)
        with whole(Path(target), mode=0o600) as path:
            path.write_bytes(engine.render(html, style="register", title=""))
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
