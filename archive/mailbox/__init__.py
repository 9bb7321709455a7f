"""The archive mailbox: the doors by which mail comes in, and what is read in a mail."""
