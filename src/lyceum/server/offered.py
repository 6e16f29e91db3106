"""Which models the site answers with."""

from __future__ import annotations

from lyceum.config import Settings
from lyceum.errors import InvalidValue
from lyceum.library import EXTRACTIVE


def models_of(settings: Settings) -> list[str]:
    """The models that the site answers with, its own choice first."""
    named = [name.strip() for name in settings.models.split(",") if name.strip()]
    return list(dict.fromkeys([*named, EXTRACTIVE]))


def model_of(said: str | None, settings: Settings) -> str:
    """The model that is meant; None means the site's own choice."""
    offered = models_of(settings)
    if said and said not in offered:
        raise InvalidValue(
            f"The site has no model “{said[:80]}”.", hint=f"It has {', '.join(offered)}.", code="unknown_model"
        )
    return said or offered[0]
