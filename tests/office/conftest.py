"""The cast of the engine's tests, made once a module; a module with a `who` of its own keeps that."""

from tests.engine.conftest import standing_cast, who

__all__ = ["standing_cast", "who"]
