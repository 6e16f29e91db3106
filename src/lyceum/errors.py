"""Every error that the product raises.

LyceumError                      has a code, a message and a hint; codes are explained in docs/reference/errors.md
├── UsageError                   the request makes no sense as given (exit code 2)
│   ├── UnknownDocument          no document has this id
│   ├── UnknownAnswer            no kept answer has this id
│   └── InvalidValue             a date, language, filter or field value cannot be read
├── HomeError                    the home or a setting is unusable (exit code 3)
│   ├── ConfigError              a setting is wrong
│   ├── DiskFull                 there is no room to write; what was stored before is kept
│   ├── StoreDamaged             the catalogue or a stored file cannot be read
│   ├── IndexDamaged             the index cannot be read; it can be rebuilt from stored text
│   ├── ModelMissing             the weights of a model are absent or not the pinned ones
│   └── Unreachable              a database, object store or index on another machine does not answer; retryable
├── StepFailed                   one document could not go through one step of ingestion
│   ├── ReceiveFailed            the source could not be read (step "receive")
│   └── ExtractionFailed         no text could be taken out of the file (step "extract")
├── AccessRefused                who asks the site may not, or has not shown that they may
├── Busy                         the site cannot answer this now, or not in time; retryable
├── Refused                      the hall's rules forbid it, for the reason given; nothing was written
│   ├── NotEntitled              this person has not this right here and now
│   ├── AlreadyVoted             this person's vote was cast before
│   ├── BallotNotOpen            the ballot opens later
│   ├── BallotClosed             the ballot has ended
│   ├── NoSuchOption             the ballot has no such option
│   ├── SpoiltVote               the vote is not of a form that the rule can count
│   ├── EmptyRoll                nobody might vote
│   ├── RuleChanged              the rule is not the one that stood when the ballot opened
│   ├── ClockWentBack            the clock stands before what was already recorded; retryable
│   └── NotInOrder               a body, seat, meeting or motion cannot take this step now
├── ClaimLost                    another worker has taken over what this one worked on; retryable
└── ModelFailed                  a language model gave no usable answer; retryable
"""

from __future__ import annotations

import errno


class LyceumError(Exception):
    """An error with a stable code and a hint that says what to do next."""

    code = "error"
    retryable = False

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def as_dict(self) -> dict[str, str]:
        """The error as the command and the API print it."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class UsageError(LyceumError):
    """The request makes no sense as given."""

    code = "usage"


class UnknownDocument(UsageError):
    """No document has this id."""

    code = "unknown_document"


class UnknownAnswer(UsageError):
    """No kept answer has this id."""

    code = "unknown_answer"


class InvalidValue(UsageError):
    """A date, language, filter or field value cannot be read."""

    code = "invalid_value"


class HomeError(LyceumError):
    """The home or a setting is unusable."""

    code = "home_unusable"


class ConfigError(HomeError):
    """A setting is wrong."""

    code = "setting_wrong"


class DiskFull(HomeError):
    """There is no room to write; what was stored before is kept."""

    code = "disk_full"


class StoreDamaged(HomeError):
    """The catalogue or a stored file cannot be read."""

    code = "store_damaged"


class IndexDamaged(HomeError):
    """The index cannot be read; it can be rebuilt from stored text."""

    code = "index_damaged"


class ModelMissing(HomeError):
    """The weights of a model are absent or are not the pinned ones."""

    code = "model_missing"


class Unreachable(HomeError):
    """A database, object store or index on another machine does not answer.

    Codes: database_unreachable, blobs_unreachable, index_unreachable.
    """

    code = "unreachable"
    retryable = True


class AccessRefused(LyceumError):
    """Who asks the site may not, or has not shown that they may.

    Codes: token_missing, token_wrong, origin_refused.
    """

    code = "token_missing"


class Busy(LyceumError):
    """The site cannot answer this now, or not in time.

    Codes: busy, too_slow.
    """

    code = "busy"
    retryable = True


class Refused(LyceumError):
    """The hall's rules forbid it, for the reason given; nothing was written."""

    code = "refused"


class NotEntitled(Refused):
    """This person has not this right here and now."""

    code = "not_entitled"


class AlreadyVoted(Refused):
    """This person's vote was cast before."""

    code = "already_voted"


class BallotNotOpen(Refused):
    """The ballot opens later."""

    code = "ballot_not_open"


class BallotClosed(Refused):
    """The ballot has ended."""

    code = "ballot_closed"


class NoSuchOption(Refused):
    """The ballot has no such option."""

    code = "no_such_option"


class SpoiltVote(Refused):
    """The vote is not of a form that the rule can count."""

    code = "spoilt_vote"


class EmptyRoll(Refused):
    """Nobody might vote."""

    code = "empty_roll"


class RuleChanged(Refused):
    """The rule is not the one that stood when the ballot opened."""

    code = "rule_changed"


class ClockWentBack(Refused):
    """The clock stands before what was already recorded."""

    code = "clock_went_back"
    retryable = True


class NotInOrder(Refused):
    """A body, seat, meeting or motion cannot take this step now."""

    code = "not_in_order"


class ClaimLost(LyceumError):
    """Another worker has taken over what this one worked on; nothing of the late work was kept."""

    code = "claim_lost"
    retryable = True


class StepFailed(LyceumError):
    """One document could not go through one step of ingestion."""

    step = "unknown"


class ReceiveFailed(StepFailed):
    """The source could not be read.

    Codes: missing_source, unreadable_source, unreadable_folder, and of the web: address_refused, robots_disallow,
    web_gone, web_refused, web_broken, web_unreachable, web_timeout, too_many_redirects, unsupported_encoding.
    """

    step = "receive"
    code = "unreadable_source"


class ExtractionFailed(StepFailed):
    """No text could be taken out of the file.

    Codes: unsupported_format, damaged_file, encrypted_file, no_text, binary_file, too_large,
    archive_bomb, unsafe_path, time_limit, memory_limit, worker_crashed, ocr_missing, ocr_language_missing.
    """

    step = "extract"
    code = "damaged_file"


class ModelFailed(LyceumError):
    """A language model gave no usable answer."""

    code = "model_failed"
    retryable = True


NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def unwritable(what: str, error: OSError) -> HomeError:
    """The error to raise when something of the home could not be written."""
    if error.errno in NO_ROOM:
        return DiskFull(
            f"{what} could not be written: the disk is full.",
            hint="Make room and run the same command again; what was stored before is kept.",
        )
    return HomeError(
        f"{what} could not be written: {error.strerror or error}.",
        hint="Look at the disk and the right to write there, then run the same command again; nothing stored is lost.",
    )
