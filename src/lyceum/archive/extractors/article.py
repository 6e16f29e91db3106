"""The article of a web page: what a careful reader would copy out, and nothing of the site around it.

The tree is pruned of what names itself furniture, an element that holds the article is chosen, and what is left
of furniture inside it is passed over. trafilatura is asked for a second opinion: an element is trusted only where
it holds what trafilatura found too, and what trafilatura found is taken where none does.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from lyceum.archive.extractors.common import Piece, collapse
from lyceum.archive.extractors.dates import date_in_words
from lyceum.archive.extractors.markup import epub_types, is_never_read, local_name, pieces_of, visible_text
from lyceum.archive.model import Metadata

__all__ = ["article_pieces"]

_FRAMES = frozenset(("nav", "aside", "footer", "form", "button", "dialog", "menu"))
_FRAME_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alert", "toolbar", "menu")
)

# Names that sites give to what is not their article, as whole words of `class` and `id`.
_FURNITURE = re.compile(
    r"""(?<![a-z])(?:
    nav|navs|navbar|navigation|subnav|topnav|breadcrumbs?|menu|menus|megamenu|offcanvas|
    side-?bars?|rail|right-?rail|widgets?|widget-?area|
    share|shares|sharing|sharebar|share-?(?:tools|buttons?|links?|this|bar)|social|socials|social-?(?:media|links?|
    share|
    icons?|bar)|addthis\w*|sharedaddy|a2a|addtoany\w*|
    related|related-?\w+|recommend(?:ed|ations?)|recirc\w*|read-?(?:next|also|more-links)|more-?(?:from|on|stories|news|
    articles|links)|also-?(?:read|like)|you-?may-?(?:also-?)?like|trending|popular|most-?(?:read|popular|viewed)|
    latest-?(?:news|
    posts|stories)|next-?prev|prev-?next|pagination|pager|post-?nav\w*|
    comments?|comment-?(?:list|form|section|respond|area|thread|count)s?|respond|disqus\w*|discussion|replies|
    advert\w*|ads?|ad-?(?:slot|unit|container|wrapper|block|banner)s?|adsbygoogle|sponsor(?:ed|s)?|promo|promos|
    promoted|
    promotion|taboola|outbrain|affiliate|
    newsletter\w*|subscri(?:be|ption)\w*|sign-?up|regwall|login|register|donate|donation|
    cookie\w*|consent|gdpr|modal|popup|overlay|lightbox|toast|skip-?links?|skip-?to\w*|sr-only|visually-?hidden|
    screen-?reader(?:-text)?|print-?only|noprint|
    masthead|site-?(?:header|footer|nav)|page-?footer|global-?(?:header|footer|nav)|footer|copyright|colophon|legal|
    tags?|tag-?(?:list|links|cloud)|post-?tags|entry-?tags|categories|cat-?links|topics-?list|
    author-?(?:bio|box|card|info|profile|description|about)|about-?(?:the-?)?author|bio|biography-?box|
    post-?meta|entry-?meta|article-?meta|meta-?(?:data|info)|entry-?(?:footer|utility)|post-?(?:footer|info|date)|
    byline|
    bylines|dateline|timestamp|time-?stamp|publish(?:ed)?-?(?:date|on)|read-?time|reading-?time|
    toc|table-?of-?contents|jump-?(?:links|to)|on-?this-?page|
    poll|quiz|survey|rating|ratings|feedback|helpful|was-?this-?helpful|
    player|video-?player|gallery-?(?:nav|controls|thumbs)|carousel|slideshow-?(?:nav|controls)|
    print|email-?(?:this|link)|toolbar|tools|article-?tools|hatnote|mw-editsection|navbox|catlinks|noexcerpt
    )(?![a-z])""",
    re.IGNORECASE | re.VERBOSE,
)
_CAPTION = re.compile(
    r"(?<![a-z])(?:(?:wp-|image-?|photo-?|img-?|media-?|picture-?|figure-?)?(?:caption|credit)(?:-text|s)?|"
    r"photo-?credit)(?![a-z])",
    re.IGNORECASE,
)
# What is the article although a part of its name is in the list above.
_ARTICLE_NAME = re.compile(
    r"""(?<![a-z])(?:article-?(?:body|content|text)|post-?(?:body|content|text)|entry-?content|story-?(?:body|content|
    text)|
    body-?(?:copy|text|content)|main-?content|article__(?:body|content)|content-?body|rich-?text|td-post-content|
    page-?content|blog-?(?:content|post)|single-?content|field--?name-body|node-?content|articlebody|storytext|
    news-?(?:body|content|text)|post__content|wysiwyg|markdown-body|prose|mw-parser-output|text-?content)(?![a-z])""",
    re.IGNORECASE | re.VERBOSE,
)
# Headings that open what is not the article, and lines that are no sentence of it.
_TAIL_HEADING = re.compile(
    r"""(?:related(?:\ (?:articles?|posts?|stories|content|links|topics|reading|news|coverage|resources))?|
    (?:more|read\ more|other|further)\ (?:from|on|about|in|stories|news|articles|posts|like\ this)\b.{0,60}|
    read\ (?:next|more|also)|you\ (?:may|might)\ (?:also\ )?(?:like|enjoy|be\ interested).{0,20}|
    recommended(?:\ (?:for\ you|articles|stories|reading))?|most\ (?:read|popular|viewed|recent).{0,20}|
    (?:latest|recent|popular|trending|top)\ (?:news|posts|stories|articles|comments)|trending(?:\ now)?|
    (?:\d+\ )?(?:comments?|responses?|replies|thoughts)\b(?:\ \(\d+\)|\ on\b.{0,120}|\ to\b.{0,120})?|
    (?:leave|post|add|write)\ (?:a|your)\ (?:comment|reply|response)|join\ the\ (?:conversation|discussion)|
    share(?:\ (?:this|on|it|the)\b.{0,40})?|follow\ us.{0,40}|
    (?:sign\ up|subscribe)\b.{0,80}|(?:our\ |the\ )?newsletters?|about\ the\ authors?|about\ (?:us|this\ site)|
    tags?|categories|topics|filed\ under|advertisement|sponsored(?:\ content)?|up\ next|next\ article|
    what\ to\ read\ next|
    mehr\ zum\ thema|das\ könnte\ (?:sie|dich)\ auch\ interessieren|lesen\ sie\ auch|kommentare?|
    à\ lire\ aussi|lire\ aussi|sur\ le\ même\ sujet|commentaires?|(?:articles|notas|noticias|artículos)\ (?:liés|
    relacionad[oa]s)|
    te\ puede\ interesar|lea\ también|comentarios?|leggi\ anche|commenti|leia\ também|lees\ ook|reacties|
    читайте\ также|комментарии|läs\ (?:också|mer|även)|czytaj\ (?:też|także)|komentarze)\W*""",
    re.IGNORECASE | re.VERBOSE,
)
_LINE_OF_FURNITURE = re.compile(
    r"""(?:(?:read\ (?:more|also|next)|see\ also|also\ (?:read|see)|related|more|watch|listen)\s?[:–—-].{0,160}|
    (?:read|see|view|show)\ (?:more|all|comments?|less|full\ .{1,20}).{0,20}|advertisement|
    story\ continues\ below.{0,30}|
    (?:share|tweet|pin|email|print|copy\ link|save|like|comment|reply|follow|subscribe)(?:\ (?:this|on|via|to|it|
    article)\b.{0,40})?|
    (?:facebook|twitter|linkedin|whatsapp|reddit|pinterest|telegram|x|e-?mail)(?:[\s|,·]+(?:facebook|twitter|linkedin|
    whatsapp|reddit|pinterest|telegram|x|e-?mail|print))*|
    (?:click|tap)\ (?:here|to)\b.{0,80}|(?:sign\ up|subscribe)\ (?:for|to)\b.{0,160}|follow\ (?:us|him|her|me|
    .{1,30})\ on\b.{0,80}|
    (?:tags?|filed\ under|posted\ in|categories|category|topics|labels?|keywords)\s?:.{0,300}|
    (?:published|posted|updated|last\ (?:updated|modified)|first\ published)(?:\ (?:on|at))?\s?:?\s.{4,60}|
    (?:by|von|par|por|di)\ [A-ZÀ-Þ][^.!?]{2,80}|\d+\ min(?:ute)?s?\ read|(?:\d+\ )?comments?(?:\ \(?\d+\)?)?|
    \d+\ shares?|
    (?:©|copyright\b).{0,200}|all\ rights\ reserved\.?|skip\ to\ .{1,30}|back\ to\ top|permalink|loading.{0,5}|
    (?:lesen\ sie\ auch|lire\ aussi|à\ lire\ aussi|lea\ también|lee\ también|leggi\ anche|leia\ (?:também|mais)|
    lees\ ook|
    читайте\ также|läs\ också|mehr\ zum\ thema|czytaj\ też)\s?:?.{0,160})\W*""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_PROSE = 40
_DENSE = 0.6
_HOLDS_MOST = 0.5
_DOMINATES = 0.66
_AGREES = 0.8
_SURELY = 0.9
_COVERS = 0.9
_OPENED_AT_MOST = 0.4
_BODY_LETTERS = 250
_BYLINE_LETTERS = 110
_BUTTONS = re.compile(
    r"(?:[\d.,]+[kKmM]?|shares?|save|likes?|tweet|follow|reply|print|comments?|[\s|·•])+", re.IGNORECASE
)
_SHORT_LINE = 240
_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class _Weight:
    """Of an element with all it holds: letters of prose, letters in links, letters, links."""

    prose: int = 0
    linked: int = 0
    letters: int = 0
    links: int = 0


def article_pieces(root: etree._Element, *, about: Metadata, stated: str = "") -> list[Piece]:
    """The article's headings and paragraphs, without title and byline, which are metadata.

    `stated` is the text that the page says it has. Nothing where the page holds no prose.
    """
    body = _pruned(root)
    if body is None:
        return []
    weights = _weigh(body)
    if weights[body].prose < _PROSE:
        pieces = _tidy(pieces_of(body), about)
    else:
        pieces = _walk(_choose(body, weights, stated), weights, about)
    if _letters(pieces) < _BODY_LETTERS < len(stated):
        return [Piece("paragraph", part) for part in map(collapse, stated.split("\n")) if part]
    return pieces


# --- pruning ---------------------------------------------------------------------------------------


def _pruned(root: etree._Element) -> etree._Element | None:
    """A copy of the body without what no reader sees and what names itself furniture."""
    found = root if local_name(root) == "body" else next(root.iter("body"), None)
    if found is None:
        return None
    body = copy.deepcopy(found)
    for element in [one for one in body.iterdescendants() if is_never_read(one)]:
        _drop(element)
    weights = _weigh(body)
    all_letters = max(weights[body].prose, 1)
    doomed: set[etree._Element] = set()
    for element in body.iterdescendants():
        above = element.getparent()
        if above in doomed or (
            _is_furniture(element) and weights[element].prose < _HOLDS_MOST * all_letters and not _holds_name(element)
        ):
            doomed.add(element)
    for element in doomed:
        if element.getparent() not in doomed:
            _drop(element)
    return body


def _drop(element: etree._Element) -> None:
    """Takes an element out and leaves what stands behind it."""
    above = element.getparent()
    if above is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            above.text = (above.text or "") + element.tail
    above.remove(element)


def _is_furniture(element: etree._Element) -> bool:
    tag = local_name(element)
    if _is_caption(element):
        return True
    if tag in ("p", "h1", "article", "main", "body", "html", "blockquote", "pre", "td", "tr", "tbody", "code", "em"):
        return bool(epub_types(element) & _FRAME_ROLES) if tag != "p" else _is_named_furniture(element, only_short=True)
    if tag in _FRAMES:
        return not (tag == "footer" and local_name(element.getparent()) == "blockquote")
    if tag == "header":
        return not _holds_article_text(element)
    if epub_types(element) & _FRAME_ROLES or element.get("aria-hidden") == "true":
        return True
    return _is_named_furniture(element)


def _is_named_furniture(element: etree._Element, *, only_short: bool = False) -> bool:
    named = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-component') or ''}"
    if "articlebody" in (element.get("itemprop") or "").lower() or not _says_furniture(named):
        return False
    return not only_short or len(visible_text(element)) < _SHORT_LINE


@lru_cache(maxsize=8_192)
def _says_furniture(named: str) -> bool:
    """Whether class and id name furniture and no article; sites use few names, many times."""
    return bool(named.strip()) and not _ARTICLE_NAME.search(named) and bool(_FURNITURE.search(named))


def _is_caption(element: etree._Element) -> bool:
    """Whether words stand under a picture, which the article does not need to be read; those of a table do."""
    tag = local_name(element)
    if tag == "figcaption":
        figure = next(element.iterancestors("figure"), None)
        return figure is None or not any(True for _ in figure.iter("table", "pre", "blockquote", "code"))
    return tag in ("p", "div", "span", "dd") and bool(_CAPTION.search(element.get("class") or ""))


def _holds_article_text(header: etree._Element) -> bool:
    """Whether a header has a standfirst: the site's own has only links and its name."""
    inside = any(local_name(one) in ("article", "main") for one in header.iterancestors())
    return inside and any(len(visible_text(p)) > 2 * _PROSE for p in header.iter("p"))


def _holds_name(element: etree._Element) -> bool:
    return any(
        "articlebody" in (one.get("itemprop") or "").lower() or _ARTICLE_NAME.search(one.get("class") or "")
        for one in element.iterdescendants()
    )


# --- weighing --------------------------------------------------------------------------------------

_TEXT_BLOCKS = frozenset(("p", "li", "blockquote", "pre", "td", "dd", "dt", "div", "section", "article", "figcaption"))


_INLINE = frozenset(
    "span em strong b i u font small big sup sub code abbr acronym cite q mark time ins del kbd var samp tt s".split()
)


def _weigh(body: etree._Element) -> dict[etree._Element, _Weight]:
    """The weight of every element, in one pass from the leaves up."""
    weights: dict[etree._Element, _Weight] = {}
    for _, element in etree.iterwalk(body, events=("end",)):
        weight = _Weight()
        own = len((element.text or "").strip())
        inline = own
        for child in element:
            held = weights[child]
            weight.prose += held.prose
            weight.linked += held.linked
            weight.letters += held.letters
            weight.links += held.links
            tail = len((child.tail or "").strip())
            own += tail
            inline += tail + (held.letters - held.linked if local_name(child) in _INLINE else 0)
        weight.letters += own
        if local_name(element) == "a":
            weight.linked, weight.links = weight.letters, 1
            weight.prose = 0
        elif local_name(element) in _TEXT_BLOCKS and inline > _PROSE:
            weight.prose = max(weight.prose, 0) + inline
        weights[element] = weight
    return weights


# --- choosing --------------------------------------------------------------------------------------


def _choose(body: etree._Element, weights: dict[etree._Element, _Weight], stated: str) -> etree._Element:
    """The smallest element that is likely to hold the article and all of it."""
    if len(stated) > _BODY_LETTERS:
        covering = _smallest_covering(body, _tokens(stated), _COVERS)
        if covering is not None:
            return covering
    candidates = list(_candidates(body, weights))
    for candidate in candidates:
        if weights[candidate].prose >= _SURELY * weights[body].prose:
            return candidate
    found = _tokens(_second_opinion(body))
    in_body = _shared(found, body)
    for candidate in candidates:
        if _shared(found, candidate) >= _AGREES * in_body:
            return candidate
    covering = _smallest_covering(body, found, _AGREES * in_body)
    return candidates[-1] if covering is None else covering


def _candidates(body: etree._Element, weights: dict[etree._Element, _Weight]) -> Iterator[etree._Element]:
    """Elements that name themselves the article and hold enough of the page's prose, the surest first."""
    least = 0.3 * weights[body].prose
    named: Sequence[Callable[[etree._Element], bool]] = (
        lambda one: "articlebody" in (one.get("itemprop") or "").lower(),
        lambda one: bool(_ARTICLE_NAME.search(f"{one.get('class') or ''} {one.get('id') or ''}")),
        lambda one: local_name(one) == "article",
        lambda one: local_name(one) == "main" or "main" in epub_types(one),
    )
    for fits in named:
        found = [one for one in body.iterdescendants() if fits(one) and weights[one].prose >= least]
        if found:
            yield max(found, key=lambda one: weights[one].prose)
    yield _dominant(body, weights)


def _dominant(body: etree._Element, weights: dict[etree._Element, _Weight]) -> etree._Element:
    """Down from the body as long as one child holds most of the prose."""
    place = body
    while True:
        heaviest = max(place, key=lambda one: weights[one].prose, default=None)
        if (
            heaviest is None
            or local_name(heaviest) in ("p", "ul", "ol", "blockquote", "pre", "li")
            or weights[heaviest].prose < _DOMINATES * weights[place].prose
        ):
            return place
        place = heaviest


def _smallest_covering(body: etree._Element, wanted: Counter[str], share: float) -> etree._Element | None:
    """The smallest element with this share of the wanted words."""
    if not wanted or _shared(wanted, body) < share:
        return None
    place = body
    while True:
        inner = next((child for child in place if len(child) and _shared(wanted, child) >= share), None)
        if inner is None:
            return place
        place = inner


def _shared(wanted: Counter[str], element: etree._Element) -> float:
    """The share of the wanted words that an element holds."""
    total = sum(wanted.values())
    if not total:
        return 0.0
    return sum((wanted & _tokens(visible_text(element))).values()) / total


def _tokens(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


# --- taking the text ---------------------------------------------------------------------------------


def _walk(chosen: etree._Element, weights: dict[etree._Element, _Weight], about: Metadata) -> list[Piece]:
    left_out = set(_tails(chosen, weights)) | set(_link_lists(chosen, weights))
    return _tidy(pieces_of(chosen, skip=lambda one: one in left_out), about)


def _tails(chosen: etree._Element, weights: dict[etree._Element, _Weight]) -> Iterator[etree._Element]:
    """Headings such as “Related” and what they open, to the next heading of their rank."""
    most = weights[chosen].prose
    for heading in chosen.iterdescendants("h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "span", "p", "div"):
        if len(heading) > 2 or weights[heading].letters > _SHORT_LINE:
            continue
        is_heading = local_name(heading).startswith("h")
        text = visible_text(heading)
        if not is_heading and (text.endswith(".") or not _stands_alone(heading)):
            continue
        if not _TAIL_HEADING.fullmatch(text):
            continue
        opened = list(_opened(heading if is_heading else _outermost(heading, chosen), weights))
        held = sum(weights[one].prose for one in opened)
        if held < _OPENED_AT_MOST * most or _prose_before(heading, chosen, weights) > _BODY_LETTERS:
            yield from opened


def _stands_alone(element: etree._Element) -> bool:
    """Whether a short bold or plain line is all that its block holds."""
    block = element if local_name(element) in ("p", "div") else element.getparent()
    return block is not None and visible_text(block) == visible_text(element) != ""


def _outermost(element: etree._Element, chosen: etree._Element) -> etree._Element:
    """The largest element around a line that holds nothing else."""
    place = element
    while (above := place.getparent()) is not None and above is not chosen and _letters_of(above) == _letters_of(place):
        place = above
    return place


def _letters_of(element: etree._Element) -> int:
    return len(visible_text(element))


def _prose_before(heading: etree._Element, chosen: etree._Element, weights: dict[etree._Element, _Weight]) -> int:
    prose, place = 0, heading
    while place is not chosen and (above := place.getparent()) is not None:
        prose += sum(weights[one].prose for one in place.itersiblings(preceding=True))
        place = above
    return prose


def _opened(heading: etree._Element, weights: dict[etree._Element, _Weight]) -> Iterator[etree._Element]:
    yield heading
    rank = local_name(heading)
    for following in heading.itersiblings():
        tag = local_name(following)
        if tag.startswith("h") and tag[1:].isdigit() and (not rank.startswith("h") or tag <= rank):
            return
        weight = weights.get(following, _Weight())
        if not rank.startswith("h") and weight.prose > 2 * _SHORT_LINE and weight.linked < 0.3 * weight.letters:
            return
        yield following


def _link_lists(chosen: etree._Element, weights: dict[etree._Element, _Weight]) -> Iterator[etree._Element]:
    """Lists and blocks of links that no sentence leads to: those after the last prose, and cards of other pages."""
    last = _last_prose(chosen, weights)
    behind = last is None
    for element in chosen.iterdescendants():
        if element is last:
            behind = True
        weight = weights.get(element)
        if weight is None or not weight.letters or weight.linked < _DENSE * weight.letters:
            continue
        tag = local_name(element)
        if tag in ("ul", "ol", "div", "section", "table", "dl") and weight.links >= 2 and not _is_led_to(element):
            if behind or _is_cards(element, weights):
                yield element
        elif tag in ("p", "div") and behind and weight.linked > 0.8 * weight.letters:
            yield element


def _last_prose(chosen: etree._Element, weights: dict[etree._Element, _Weight]) -> etree._Element | None:
    found = None
    for element in chosen.iterdescendants("p", "blockquote", "pre", "div", "li", "td"):
        weight = weights.get(element)
        if weight and weight.letters > _PROSE and weight.linked < 0.5 * weight.letters:
            found = element
    return found


def _is_led_to(element: etree._Element) -> bool:
    before = element.getprevious()
    if before is None:
        return False
    text = visible_text(before)
    return text.endswith((":", "：")) or (local_name(before).startswith("h") and not _TAIL_HEADING.fullmatch(text))


def _is_cards(element: etree._Element, weights: dict[etree._Element, _Weight]) -> bool:
    """Whether most of what stands in it are headlines or pictures that lead elsewhere."""
    if local_name(element) not in ("div", "section", "ul"):
        return False
    anchors = [one for one in element.iter("a") if weights[one].letters]
    pictures = sum(1 for one in element.iter("img"))
    return len(anchors) >= 3 and pictures >= 2 and weights[element].linked > 0.8 * weights[element].letters


def _tidy(pieces: Sequence[Piece], about: Metadata) -> list[Piece]:
    """Without title and byline, lines of furniture, and headings that are left with nothing under them."""
    kept = [piece for piece in pieces if not _is_line_of_furniture(piece)]
    kept = _without_byline(_without_title(kept, about.title), about)
    while kept and (kept[-1].kind == "heading" or _BUTTONS.fullmatch(collapse(kept[-1].text))):
        kept.pop()
    return kept


def _without_byline(pieces: list[Piece], about: Metadata) -> list[Piece]:
    """Without the short lines before the first prose that say who wrote the article and when."""
    kept, at_top = [], True
    for piece in pieces:
        text = collapse(piece.text)
        at_top = at_top and (len(text) < _BYLINE_LETTERS or piece.kind == "heading")
        says_who = any(name in text for name in about.creators)
        if at_top and piece.kind == "paragraph" and (says_who or date_in_words(text) or text == about.title):
            continue
        kept.append(piece)
    return kept


def _is_line_of_furniture(piece: Piece) -> bool:
    text = collapse(piece.text)
    return len(text) < _SHORT_LINE and bool(
        _LINE_OF_FURNITURE.fullmatch(text) or (piece.kind == "heading" and _TAIL_HEADING.fullmatch(text))
    )


def _without_title(pieces: list[Piece], title: str | None) -> list[Piece]:
    wanted = _tokens(title or "")
    for n, piece in enumerate(pieces[:4]):
        said = _tokens(piece.text)
        near = sum((said & wanted).values())
        if (
            wanted
            and piece.kind == "heading"
            and near >= 0.8 * sum(said.values())
            and near >= 0.6 * sum(wanted.values())
        ):
            return pieces[:n] + pieces[n + 1 :]
    return pieces


def _letters(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.text) for piece in pieces)


# --- the second opinion ------------------------------------------------------------------------------


def _second_opinion(body: etree._Element) -> str:
    """The prose that trafilatura keeps of the pruned page."""
    from trafilatura import bare_extraction  # noqa: PLC0415 (half a second and 40 MB that few pages need)

    page = etree.Element("html")
    page.append(copy.deepcopy(body))
    tree: Any = lxml_html.document_fromstring(etree.tostring(page, encoding="utf-8"), parser=_utf8_parser())
    found = bare_extraction(tree, include_comments=False, include_tables=True, fast=True)
    kept: etree._Element | None = getattr(found, "body", None)
    said = (
        [] if kept is None else [visible_text(one) for one in kept.iter("p", "item", "quote", "head", "code", "cell")]
    )
    return " ".join(text for text in said if len(text) > _PROSE)


def _utf8_parser() -> lxml_html.HTMLParser:
    return lxml_html.HTMLParser(huge_tree=False, encoding="utf-8", remove_comments=True, remove_pis=True)
