"""Documents for people outside: made by typst from plain values, in a process of their own."""
