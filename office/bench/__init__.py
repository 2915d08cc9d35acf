"""Measurements behind `make bench`: each module one promise, each function a row of its table."""
