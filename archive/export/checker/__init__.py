"""The program that travels in a bundle, in parts: Python 3.8, standard library, nothing of ours.

`archive.export.joined` lays these files end to end as `check.py`; so no two of
them may use the same name at the top, and they import only one another.
"""
