"""Incoming papers for the demo office: the real ones of documents/demo_data and a county's own, invented."""
