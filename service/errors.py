"""Errors that reach a person or a program; the status of each stands in `service.statuses`."""

from __future__ import annotations


class ServiceError(Exception):
    """Something that the service refuses; the class is the fact."""


class NotSignedIn(ServiceError):
    """Nobody is signed in, or the session has ended."""


class WrongCredentials(ServiceError):
    """Name and password do not fit together; which of them is not said."""


class TooManySignIns(ServiceError):
    """Twenty are waiting to be checked already."""


class SignInDelayed(ServiceError):
    """There were too many wrong tries; the next one waits."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} seconds before the next try")
        self.seconds = seconds


class ProviderSignInFailed(ServiceError):
    """A sign-in by the municipality's provider came to nothing; `code` says why, and nothing else.

    The code is one of ours: nothing of what was received stands in it.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ProviderSilent(ProviderSignInFailed):
    """The provider did not answer, or not in time."""


class ProviderNotBelieved(ProviderSignInFailed):
    """What the provider answered is not what a provider of ours answers."""


class SignInNotBegunHere(ProviderSignInFailed):
    """This browser began no such sign-in, began it too long ago, or has ended it already."""


class ProviderRefused(ProviderSignInFailed):
    """The provider let nobody in, or the person went back."""


class PersonNotEntered(ProviderSignInFailed):
    """The provider knows this person; the municipality has not entered them, or they have left."""


class QuotaReached(ServiceError):
    """This sender has handed in as much as one may in an hour."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"as much as one may hand in in an hour; wait {seconds} seconds")
        self.seconds = seconds


class ParameterUnknown(ServiceError):
    """The address has a query parameter that this route does not know, or has it twice."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"there is no such parameter, or it stands twice: {', '.join(names)}")
        self.names = names


class NotPermitted(ServiceError):
    """The thing is visible to this person, the act is not theirs."""


class FormExpired(ServiceError):
    """The form was not made for this session."""


class NotFound(ServiceError):
    """There is no such thing for this person; whether it exists is not said."""


class CaseNotFound(NotFound):
    """No such case, or not for this person."""


class PostNotFound(NotFound):
    """No such post, or not for this person."""


class PersonNotFound(NotFound):
    """No such person."""


class DeputyUnknown(PersonNotFound):
    """Nobody who works here has the address of whom somebody names."""


class TokenNotFound(NotFound):
    """No token has this id, or several have one that begins so."""


class UnitNotFound(NotFound):
    """No such unit."""


class VisitNotFound(NotFound):
    """No such capture, or not for this person."""


class PhoneNotFound(NotFound):
    """No such phone, or not for this person."""


class PhoneNotConnected(ServiceError):
    """The phone was never connected, has been ended, or its year is over."""


class PhoneLinkEnded(ServiceError):
    """The link that connects a phone has been used, or its time is over."""


class FirstStartOver(ServiceError):
    """The first start's link has been used, its time is over, or somebody is here already."""


class InvitationOver(ServiceError):
    """The link of an invitation has been used, its time is over, or it is for nobody any more."""


class PasskeyNotFound(NotFound):
    """No such passkey, or not this person's."""


class PasskeyRefused(ServiceError):
    """The passkey's answer does not hold; what was wrong with it is not said."""


class CodeRefused(ServiceError):
    """The code is not right, or it was used before; which of them is not said."""


class HalfSignInOver(ServiceError):
    """No sign-in is half way in this browser, or it took too long."""


class SignInTooOld(ServiceError):
    """What opens an account is changed only by one who has just signed in."""


class UploadElsewhere(ServiceError):
    """What was sent does not follow what is here: `offset` bytes of the file are here by now."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"{offset} bytes are here")
        self.offset = offset


class UploadGone(UploadElsewhere):
    """What had come of a file is here no longer, or took too long: it must be sent again."""

    def __init__(self) -> None:
        super().__init__(0)
        self.args = ("what had come of the file is gone: send it again from its beginning",)


class CaseClosed(ServiceError):
    """The case is closed; nothing in it changes."""


class CaseNotReady(ServiceError):
    """Steps are missing before the case can close."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"still missing: {', '.join(missing)}")
        self.missing = missing


class NotYetCaptured(ServiceError):
    """Nothing is deleted before it is preserved: there is no verified capture of the post."""


class AlreadySecured(ServiceError):
    """Our own capture of the post is whole: no screenshot is needed, and it was not gone before."""


class ReasonMissing(ServiceError):
    """A decision needs its reason."""


class EndNotAhead(ServiceError):
    """What is to end by itself ends after this moment, not before it."""


class HandlerStays(ServiceError):
    """Whoever handles a case sees it: somebody else takes it over first."""


class HandlerMissing(ServiceError):
    """Nobody handles the case, so nobody could carry it on behind closed doors."""


class CasesApart(ServiceError):
    """Two cases that cannot become one: the same, one of them closed, or by another procedure."""


class AlreadyConcerned(ServiceError):
    """Whom a case concerns already is not named once more, and is not the one who handles it."""


class NameStays(ServiceError):
    """Whoever reported it decides themselves; and a case always concerns somebody."""


class ClauseMissing(ServiceError):
    """A deletion names the clause of the page rules that it rests on."""


class FourEyes(ServiceError):
    """The one who approves is never the one who proposed, nor the one who is harassed."""


class AlreadyDecided(ServiceError):
    """Somebody has decided this in the meantime."""


class UploadInvalid(ServiceError):
    """The upload is no well-formed multipart form, or a field of it is wrong."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class UploadTooLarge(ServiceError):
    """More bytes than one upload may hold."""


class TooManyFiles(UploadTooLarge):
    """More files than one upload may hold; the first `most` of them are taken."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} files are taken at a time")
        self.most = most


class IdempotencyConflict(ServiceError):
    """The key was used for another request in the last 24 hours."""


class AddressInvalid(ServiceError):
    """The address is not one that can be opened: only http and https, with a host."""


class FormInvalid(ServiceError):
    """The form has a field that nobody asked for."""


class NameTaken(ServiceError):
    """A person, unit or page of that name or address stands already."""


class UnitInUse(ServiceError):
    """Somebody belongs to the unit, holds a role in it, or another unit stands below it."""


class UnitInItself(ServiceError):
    """A unit cannot stand below itself."""


class NotOneself(ServiceError):
    """Nobody gives themselves a role, changes their own address to sign in with, or ends it."""


class PlanChanged(ServiceError):
    """The organisation has changed since the changes were shown."""


class RightNotFound(NotFound):
    """The table of rights has no such act or role."""


class ChangeNotFound(NotFound):
    """No such change of the table of rights was asked for."""


class ChangeWaits(ServiceError):
    """A change of this right waits for an answer already."""


class RightFixed(ServiceError):
    """This right stays as it is; the text says by which rule (`access.bounds.Because`)."""


class WayNotOffered(ServiceError):
    """No role does this in this way, so it cannot be chosen."""


class NothingToChange(ServiceError):
    """It stands so already."""


class RightNeedsAnother(ServiceError):
    """An act would mean nothing without another that the role would not have."""

    def __init__(self, action: str, needed: str) -> None:
        super().__init__(f"{action} needs {needed}")
        self.action = action
        self.needed = needed


class DraftNotFound(NotFound):
    """No such file waits, it waited too long, or it is not this person's."""


class RowNotFound(NotFound):
    """No such role, absence, deputy or line of the duty list, or not for this person."""


class ExportNotFound(NotFound):
    """No such bundle, or not for this person."""


class NothingToHandOver(ServiceError):
    """Nothing was chosen, or nothing of it may leave by this person's hand."""


class TooMuchAtOnce(ServiceError):
    """More pieces than one bundle takes."""


class SealedOff(ServiceError):
    """A piece is sealed off: only the DPO hands it over, and only to the police."""


class NothingToCover(ServiceError):
    """Nothing was marked, or nothing can be covered in this piece."""


class CoverNotFound(ServiceError):
    """A word that was to be covered stands nowhere; it must be marked by hand."""

    def __init__(self, word: str) -> None:
        super().__init__("a word that was to be covered was not found")
        self.word = word


class ExportEnded(ServiceError):
    """The package is gone: its time is over, or a piece of it was erased."""


class RightEnded(ServiceError):
    """The right to hand this over ended while it was under way."""
