"""What the library says of its own accord, in the reader's language: errors by their code, notes by their form.

In English it says itself what happened, with names and numbers; elsewhere the reader is told the kind of it and the
next step, with the library's own words below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy

from lyceum.errors import Refused


@dataclass(frozen=True, slots=True)
class Said:
    """What happened and what to do next; `original` are the library's own words where those are in English only."""

    message: str
    hint: str
    original: str = ""


_UNKNOWN = (gettext_lazy("This could not be done."), gettext_lazy("Tell whoever runs the site."))
_HALL = (gettext_lazy("The rules of the hall do not allow this."), gettext_lazy("The page says what may be done now."))
_GROUPS: tuple[tuple[str, Any, Any], ...] = (
    (
        "unknown_document unknown_answer unknown_note unknown_study unknown_card no_picture",
        gettext_lazy("This is not here, or no longer."),
        gettext_lazy("Look for it with a search, or ask again."),
    ),
    (
        "invalid_value usage contradictory_filter unknown_source unknown_model unknown_format unknown_kind "
        "unclear_topic not_anki model_address_missing note_length search_length ballot_wrong rule_wrong votes_wrong",
        gettext_lazy("Something in this cannot be understood."),
        gettext_lazy("Look over what you have filled in."),
    ),
    ("invalid_date", gettext_lazy("This is no date."), gettext_lazy("A date is 1919, 1919-09 or 1919-09-22.")),
    (
        "invalid_address",
        gettext_lazy("This is no address of the web."),
        gettext_lazy("It begins with https:// or http://."),
    ),
    (
        "folder_refused",
        gettext_lazy("This folder may not be added from."),
        gettext_lazy("Choose one of the list."),
    ),
    (
        "token_missing token_wrong sign_in",
        gettext_lazy("Sign in for this."),
        gettext_lazy("It is for people with an account."),
    ),
    ("role_missing", gettext_lazy("This is for others."), gettext_lazy("Ask an administrator.")),
    ("link_ended", gettext_lazy("This link has been used or has ended."), gettext_lazy("Ask for another.")),
    (
        "password_weak",
        gettext_lazy("This password can be guessed."),
        gettext_lazy("Take a longer one, of several words."),
    ),
    ("account_exists", gettext_lazy("This address has an account already."), gettext_lazy("Sign in with it.")),
    (
        "last_administrator",
        gettext_lazy("The site would be left without an administrator."),
        gettext_lazy("Appoint another first."),
    ),
    (
        "busy too_slow too_often claim_lost clock_went_back",
        gettext_lazy("Too much is asked at once."),
        gettext_lazy("Try again in a minute."),
    ),
    (
        "model_failed model_missing model_altered model_file_missing",
        gettext_lazy("The model gives no usable answer now."),
        gettext_lazy("Try again, or take another model."),
    ),
    (
        "error home_unusable home_newer disk_full store_damaged index_damaged index_format index_shards_differ "
        "index_unreachable index_url_wrong setting_wrong setting_unknown setting_incomplete settings_unreadable "
        "secret_unreadable unreachable database_unreachable database_unusable blobs_unreachable blobs_refused "
        "blobs_url_wrong packages_missing access_open address_unusable token_weak rounds_damaged no_stamper",
        gettext_lazy("Something is wrong with the archive itself."),
        gettext_lazy("Tell whoever runs the site."),
    ),
    (
        "missing_source unreadable_source unreadable_folder",
        gettext_lazy("This cannot be read where it lies."),
        gettext_lazy("Look whether it is there and may be read."),
    ),
    (
        "unsupported_format binary_file unsupported_encoding",
        gettext_lazy("Files of this kind cannot be read."),
        gettext_lazy("Convert it, to PDF or to text."),
    ),
    ("damaged_file worker_crashed", gettext_lazy("The file is broken."), gettext_lazy("Take another copy of it.")),
    (
        "encrypted_file",
        gettext_lazy("The file asks for a password."),
        gettext_lazy("Unlock it, and add it again."),
    ),
    (
        "no_text ocr_missing ocr_language_missing",
        gettext_lazy("There is no text in it."),
        gettext_lazy("A scan needs a program that recognises its letters."),
    ),
    (
        "too_large archive_bomb memory_limit time_limit notebook_full too_many",
        gettext_lazy("It is too large, or takes too long."),
        gettext_lazy("Divide it, and add the parts."),
    ),
    (
        "unsafe_path",
        gettext_lazy("It holds paths that lead out of it."),
        gettext_lazy("Pack it anew."),
    ),
    (
        "metadata_unreadable metadata_without_source mapping_unreadable",
        gettext_lazy("This is no table that can be read."),
        gettext_lazy("Save it as CSV (UTF-8), and send it again."),
    ),
    (
        "address_refused",
        gettext_lazy("This address lies in a network of the house."),
        gettext_lazy("Only addresses of the public web are fetched."),
    ),
    (
        "robots_disallow",
        gettext_lazy("The site asks programs not to read this."),
        gettext_lazy("Ask its owner."),
    ),
    (
        "web_gone web_refused",
        gettext_lazy("The site has nothing there, or not for us."),
        gettext_lazy("Look whether the address is right."),
    ),
    (
        "web_broken web_timeout web_unreachable too_many_redirects stamper_unreachable",
        gettext_lazy("The site does not answer as it should."),
        gettext_lazy("Try again later."),
    ),
    (
        "refused not_entitled no_such_option spoilt_vote empty_roll rule_changed not_in_order already_voted "
        "ballot_not_open ballot_closed",
        *_HALL,
    ),
)
CATALOGUE = {code: (message, hint) for codes, message, hint in _GROUPS for code in codes.split()}
"""What happened and the next step, by the code of the error."""

NOTES: tuple[tuple[str, Any], ...] = (
    (
        r"Only what is dated from (?P<first>\S+) to (?P<last>\S+) was read\.",
        gettext_lazy("Only what is dated from %(first)s to %(last)s was read."),
    ),
    (r"Only what is dated until (?P<last>\S+) was read\.", gettext_lazy("Only what is dated until %(last)s was read.")),
    (
        r"Only what is dated from (?P<first>\S+) on was read\.",
        gettext_lazy("Only what is dated from %(first)s on was read."),
    ),
    (
        r"What you pasted is yours: the archive was asked about it, and nothing here rules on it\.",
        gettext_lazy("What you pasted is yours: the archive was asked about it, and nothing here rules on it."),
    ),
    (
        r"The words “(?P<words>.*)” stand nowhere in these holdings\.",
        gettext_lazy("The words “%(words)s” stand nowhere in these holdings."),
    ),
    (
        r"The model (?P<model>.+) gave no usable answer; these are the sentences that fit the question best\.",
        gettext_lazy("The model %(model)s gave no usable answer; these are the sentences that fit the question best."),
    ),
    (
        r"Nothing that the model (?P<model>.+) wrote stands in the sources; .*",
        gettext_lazy(
            "Nothing that the model %(model)s wrote stands in the sources; these are the sentences that fit best."
        ),
    ),
    (r"Some documents are not indexed yet; .*", gettext_lazy("Some documents are not indexed yet.")),
    (
        r"(?P<vectors>\d+) of (?P<passages>\d+) passages can be found by meaning so far\.",
        gettext_lazy("%(vectors)s of %(passages)s passages can be found by meaning so far."),
    ),
    (r".*Found by words alone\.", gettext_lazy("Found by words alone.")),
)
_NOTES = [(re.compile(pattern, re.DOTALL), said) for pattern, said in NOTES]


def said(error: Any) -> Said:
    """An error, or what is kept of one, as the reader is told of it."""
    kept = error if isinstance(error, Mapping) else error.as_dict()
    message, hint = str(kept.get("message", "")), str(kept.get("hint", ""))
    if _is_english():
        return Said(message, hint)
    kind, step = CATALOGUE.get(str(kept.get("code", "")), _HALL if isinstance(error, Refused) else _UNKNOWN)
    return Said(str(kind), str(step), f"{message} {hint}".strip())


def note(text: str) -> tuple[str, str]:
    """A note of the library and its language: the reader's, or English where it has a form of its own."""
    language = get_language() or "en"
    if _is_english():
        return text, language
    for pattern, told in _NOTES:
        if match := pattern.fullmatch(text):
            return str(told) % match.groupdict(), language
    return text, "en"


def notes(texts: Iterable[str]) -> list[dict[str, str]]:
    """Notes for a page."""
    return [dict(zip(("text", "language"), note(text), strict=True)) for text in texts]


def _is_english() -> bool:
    return (get_language() or "en").startswith("en")
