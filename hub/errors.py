"""Errors named by what to do next; each carries a stable code, facts, and a hint that names the setting."""

from datetime import timedelta
from typing import ClassVar


class HubError(Exception):
    """The root. `code` is for machines, the sentence for people, `facts` for both, `hint` says what to change."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "", **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.facts = facts

    def __str__(self) -> str:
        """Return `sentence | fact=... | hint`, on one line."""
        facts = " ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return " | ".join(part for part in (self.message, facts, self.hint) if part)


class Unverified(HubError):
    """The sender could not prove itself: answer 401, store nothing."""

    code = "unverified"


class Malformed(HubError):
    """Not what its sender claims it is: answer 400, keep the bytes."""

    code = "malformed"


class Invalid(HubError):
    """The input breaks a rule of ours: answer 422 with the JSON path, change nothing."""

    code = "invalid"

    def __init__(self, message: str, *, path: str = "", hint: str = "", **facts: object) -> None:
        super().__init__(message, hint=hint, **facts)
        self.path = path


class TooLarge(HubError):
    """More than is taken here: answer 413."""

    code = "too_large"


class Unauthenticated(HubError):
    """Nobody is logged in, or no longer: answer 401, ask for a log-in."""

    code = "unauthenticated"


class Forbidden(HubError):
    """Logged in, and not allowed: answer 403."""

    code = "forbidden"


class NotFound(HubError):
    """No such thing, or not for these eyes: answer 404."""

    code = "not_found"


class WrongMove(HubError):
    """The thing is not in a state that allows this: answer 409, reload and look again."""

    code = "wrong_move"


class Conflict(HubError):
    """A write lost: the row was changed since it was read, or a unique key is taken. Read again and decide again.

    `index` is empty for a lost version, else the fields of the unique index that refused.
    """

    code = "conflict"

    def __init__(self, message: str, *, collection: str, id: str, index: tuple[str, ...] = ()) -> None:
        super().__init__(message, collection=collection, id=id, index=index)
        self.collection = collection
        self.id = id
        self.index = index


class TryLater(HubError):
    """A passing fault: try again, not before `after`."""

    code = "try_later"

    def __init__(self, message: str, *, after: timedelta | None = None, hint: str = "", **facts: object) -> None:
        super().__init__(message, hint=hint, **facts)
        self.after = after


class Overloaded(TryLater):
    """A bounded queue of ours is full: answer 503 with Retry-After, at once."""

    code = "overloaded"


class TooMany(TryLater):
    """A rate limit was passed: answer 429 with Retry-After."""

    code = "too_many"


class Refused(HubError):
    """The provider will never take this message: tell the agent, do not try again."""

    code = "refused"


class WindowClosed(Refused):
    """The provider lets us write only after the customer did: wait for them, or send a template."""

    code = "window_closed"


class OptedOut(Refused):
    """The person said that they want no such messages: never send it, and remember it."""

    code = "opted_out"


class Unsupported(HubError):
    """The channel cannot carry this: refused before any call is made."""

    code = "unsupported"


class ChannelBroken(HubError):
    """The inbox cannot work until an administrator acts: stop it and tell them."""

    code = "channel_broken"


class OutcomeUnknown(HubError):
    """Bytes were written and no answer came: the message may have left. Never resend blindly."""

    code = "outcome_unknown"
