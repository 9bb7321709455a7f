"""Finding: which evidence holds which words, the same on SQLite and on PostgreSQL.

Everything that decides what is found is made here in Python (words, lemmas, the order of
hits); the databases only keep lists of words. The index can be made anew at any time from what
is kept, so it is in no backup and the ledger does not bind it.
"""
