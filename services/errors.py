"""What a service refuses, each with its HTTP status and message, once."""

from __future__ import annotations

from datetime import timedelta


class Refused(Exception):
    """A call that cannot be done; the message is for the caller to read."""

    status = 400
    message = "Bad request."

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.message
        super().__init__(self.message)


class InvalidField(Refused):
    """One field breaks one rule."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field} {rule}")
        self.field = field
        self.rule = rule


class NotAuthenticated(Refused):
    """`challenge` says how one can: the header WWW-Authenticate."""

    status = 401
    challenge = "Bearer"
    message = "Not logged in."


class WrongToken(NotAuthenticated):
    """An API credential that does not hold."""

    message = "The API token is wrong."
    challenge = 'Basic realm="Threadline", charset="UTF-8"'


class WrongLogin(Refused):
    status = 401
    message = "Company, e-mail or password is wrong."


class Forbidden(Refused):
    status = 403
    message = "Not allowed."


class NotFound(Refused):
    status = 404
    message = "Not found."


class Conflict(Refused):
    status = 409
    message = "The state does not allow this."


class AlreadyAnswered(Conflict):
    message = "Chat was already answered."


class NotOffered(Conflict):
    message = "Chat is not offered to you."


class AtCapacity(Conflict):
    message = "You are at your limit of chats."


class ChatEnded(Conflict):
    message = "Chat has ended."


class NotYourChat(Conflict):
    message = "You are not connected to this chat."


class CannotDismiss(Conflict):
    message = "The chat cannot be dismissed."


class NotDismissed(Conflict):
    message = "This chat is not in dismissed state"


class QueueClosed(Conflict):
    """With the after-hours text as its message."""


class AgentOffline(Conflict):
    message = "You are offline."


class SmsOff(Conflict):
    """Product C2, in the words of F1."""

    message = "SMS service is not enabled"


class ConsumerOptedOut(Conflict):
    message = "Consumer has opted out."


class CredentialDisabled(Conflict):
    message = "The credential is disabled. Create another one."


class RetryLater(Refused):
    """Try again after `retry_after`."""

    status = 429

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = retry_after


class TooManyAttempts(RetryLater):
    message = "Too many attempts. Try again later."


class TooManyRequests(RetryLater):
    message = "Too many requests. Try again shortly."


class OutdatedPlan(Conflict):
    """The configuration is not what the plan was made on."""

    def __init__(self, version: int, by: str) -> None:
        super().__init__(
            f"Version {version} of the configuration was applied meanwhile, by {by}. Plan again."
        )
