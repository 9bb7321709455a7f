"""Telling people of what is not urgent: when, to whom, and what if no mail reaches them."""
