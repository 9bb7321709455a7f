"""The organisation as values: what a file says of it, what would change, who answers when.

Pure: no table, no clock, no network (`service.casework.organisation` brings those).
"""
