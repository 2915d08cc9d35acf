"""One part of a measurement in a process of its own: `python -m office.bench MODULE.FUNCTION JSON [--talk]`."""

import json
import sys
import warnings
from importlib import import_module


def main(part: str, given: str, *, talk: bool) -> None:
    import django

    django.setup()
    # Pages are asked for without a web server, and its collected files are not missed.
    warnings.filterwarnings("ignore", "No directory at")
    module, _dot, name = part.partition(".")
    function = getattr(import_module(f"office.bench.{module}"), name)
    if not talk:
        print(json.dumps(function(**json.loads(given)), ensure_ascii=False, default=str))  # noqa: T201
        return
    answer = function(**json.loads(given))
    for line in sys.stdin:
        print(json.dumps(answer(line.strip())), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], talk="--talk" in sys.argv)
