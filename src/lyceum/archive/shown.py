"""Makes a stranger's HTML safe to show."""

from __future__ import annotations

__all__ = ["safe_html"]

_TAGS = frozenset(
    "p br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote q cite pre code em strong b i u s sub sup small abbr time "
    "table caption thead tbody tfoot tr th td figure figcaption a div span section article".split()
)
_ATTRIBUTES = {
    "a": {"href", "title"}, "abbr": {"title"}, "time": {"datetime"}, "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"}, "ol": {"start"}, "*": {"lang", "dir"},
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}


def safe_html(html: str) -> str:
    """The words with their structure and their links; no script, style, form, picture or frame, and nothing loaded.

    >>> safe_html('<p onclick="x()">Safe <script>x()</script><a href="javascript:x()">link</a></p>')
    '<p>Safe <a rel="noopener noreferrer nofollow">link</a></p>'
    """
    import nh3  # noqa: PLC0415  (only pages that show a document need it)

    return nh3.clean(
        html, tags=set(_TAGS), attributes=_ATTRIBUTES, url_schemes=_SCHEMES,
        clean_content_tags={"script", "style", "noscript", "template", "iframe", "object", "svg", "math"},
        link_rel="noopener noreferrer nofollow",
    )  # fmt: skip
