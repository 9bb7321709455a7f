"""Handing evidence over: who may, the making of a bundle, its fetching, its end."""
