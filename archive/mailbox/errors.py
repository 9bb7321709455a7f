"""What can go wrong at the doors of the archive mailbox."""


class MailboxError(Exception):
    """Something about a door of the archive mailbox; `code` is stable, for logs and answers."""

    code = "mailbox"


class DoorNotOpen(MailboxError):
    """The SMTP door could not be opened on its address."""

    code = "smtp_door_not_open"


class NotAcceptedNow(MailboxError):
    """Whoever keeps the mail asks the sender to come again later (a quota, a stop)."""

    code = "mail_not_accepted_now"
