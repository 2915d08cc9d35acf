"""What printing refuses."""


class PaperError(Exception):
    """A sheet could not be rendered: it names something outside the program, or its style is missing."""
