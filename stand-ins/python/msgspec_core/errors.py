"""msgspec's exceptions, and the way to where a value is wrong."""


class MsgspecError(Exception):
    """Base class for all Msgspec exceptions"""


class EncodeError(MsgspecError):
    """An error occurred while encoding an object"""


class DecodeError(MsgspecError):
    """An error occurred while decoding an object"""


class ValidationError(DecodeError):
    """The message didn't match the expected schema"""


class Wrong(Exception):
    """A value does not fit; the way to it is added from the inside out."""

    def __init__(self, message, error=ValidationError):
        super().__init__(message)
        self.message, self.steps, self.error = message, [], error
        self.in_key = None

    def made(self):
        steps = list(reversed(self.steps))
        if self.in_key is not None:
            before = "$" + "".join(steps[: len(steps) - self.in_key])
            after = "".join(steps[len(steps) - self.in_key :])
            return self.error(f"{self.message} - at `key{after}` in `{before}`")
        if not steps:
            return self.error(self.message)
        return self.error(f"{self.message} - at `${''.join(steps)}`")
