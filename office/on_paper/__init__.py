"""Leaders who write on paper (代录): the folder printed for them, what is out, and what came back signed."""
