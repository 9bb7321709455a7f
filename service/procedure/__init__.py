"""The procedure: steps, deadlines and clocks as data, and the pure functions that read them.

Nothing here touches a disk, a database, a network or a clock. The caller hands in the text of
a procedure file, the endings and facts of a case, and `now`; it gets frozen values back.
"""
