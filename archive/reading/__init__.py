"""Readers: what programs find in files that people hand in. All of it runs in the confined child.

Nothing here opens a file, a socket or a clock: a reader takes a stream and
its stated media type, and tells facts and pieces as it finds them. What is
told as `text` is what search and rules may rely on.
"""
