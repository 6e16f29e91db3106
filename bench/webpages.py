"""Web pages with known text and metadata: posts of digital.gov and 18F in layouts that sites really have.

A post's Markdown is its truth. Each layout surrounds it with what surrounds articles on the web: menus, teasers of
other posts, comments made of other posts' sentences, banners; and states date and author in its own way, or only
in words.
"""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from lxml import html as lxml_html
from markdown_it import MarkdownIt

_SHORTCODE = re.compile(r"\{\{[<%].*?[>%]\}\}|\{%.*?%\}|\{:.*?\}|\{\{.*?\}\}", re.DOTALL)
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_MONTHS = "January February March April May June July August September October November December".split()
_SHORTEST = 600


@dataclass(frozen=True, slots=True)
class Post:
    """A post and what is known of it."""

    slug: str
    title: str
    authors: tuple[str, ...]
    date: str
    summary: str
    body: str

    @property
    def text(self) -> str:
        """The words of the body as a reader sees them, one block a line."""
        tree = lxml_html.fragment_fromstring(self.body, create_parent="div")
        for element in tree.iter():
            element.tail = f"{element.tail or ''}\n" if element.tag in _BLOCKS else element.tail
        return str(tree.text_content())


_BLOCKS = frozenset("p li ul ol h1 h2 h3 h4 h5 h6 blockquote pre table tr td th hr br".split())


@dataclass(frozen=True, slots=True)
class WebPage:
    """A post as a page of some site."""

    layout: str
    address: str
    html: str
    post: Post


def posts(corpora: Path) -> list[Post]:
    """The posts of both blogs that have a title, a day, authors and enough text."""
    files = [*sorted((corpora / "news_digitalgov_md").rglob("*.md")), *sorted((corpora / "blog_18f_md").glob("*.md"))]
    return [post for path in files if (post := _post(path))]


def pages(found: Sequence[Post], *, seed: int = 3) -> Iterator[WebPage]:
    """Each post in one layout, the layouts in turn, with other posts around it."""
    chance = random.Random(seed)  # noqa: S311  (no secret depends on it)
    names = list(LAYOUTS)
    for n, post in enumerate(found):
        others = chance.sample([other for other in found if other is not post], 12)
        layout = names[n % len(names)]
        year, month, day = post.date.split("-")
        address = {
            "blog": f"https://blog.example.org/{year}/{month}/{day}/{post.slug}/",
            "agency": f"https://agency.example.gov/news/{year}/{month}/{day}/{post.slug}",
        }.get(layout, f"https://www.example.com/stories/{post.slug}-{1000 + n}")
        yield WebPage(layout, address, LAYOUTS[layout](post, others, address), post)


def weighed_down(page: str, found: Sequence[Post], chance: random.Random) -> str:
    """A page as heavy as those of large sites, some 115 kB: a menu of every topic, its data, its styles, a footer."""
    topics = "".join(
        f'<li class="menu-item item-{n}"><a class="menu-link" href="/topics/{chance.randrange(10**6)}/{post.slug}">'
        f"{_e(post.title)}</a></li>"
        for n, post in enumerate(chance.choices(found, k=180))
    )
    data = json.dumps({post.slug: [post.title, post.summary, chance.random()] for post in chance.choices(found, k=110)})
    rules = "".join(f".c{chance.randrange(10**5)}{{margin:{n}px auto;color:#{n:06x};display:flex}}" for n in range(350))
    columns = "".join(
        f'<div class="col"><a href="/f/{n}">{_e(post.title)}</a><p class="sum">{_e(post.summary[:120])}</p></div>'
        for n, post in enumerate(chance.choices(found, k=60))
    )
    head = f"<style>{rules}</style><script>window.__DATA__={data}</script></head>"
    page = page.replace("</head>", head, 1)
    page = re.sub(
        r"(<body[^>]*>)", lambda tag: f'{tag[1]}<nav class="mega-menu"><ul>{topics}</ul></nav>', page, count=1
    )
    return page.replace("</body>", f'<footer class="site-footer">{columns}</footer></body>', 1)


def _post(path: Path) -> Post | None:
    parts = path.read_text(encoding="utf-8").split("---", 2)
    try:
        front = yaml.safe_load(parts[1])
    except (yaml.YAMLError, IndexError):
        return None
    title, authors = " ".join(html.unescape(str(front.get("title") or "")).split()), front.get("authors") or []
    date = re.match(r"(\d{4}-\d{2}-\d{2})", str(front.get("date") or ""))
    body = _MARKDOWN.render(_SHORTCODE.sub("", parts[2]))
    if not (title and authors and date) or len(body) < _SHORTEST:
        return None
    if any("-" not in str(name) for name in authors):
        return None  # a login, not a name
    names = tuple(str(name).replace("-", " ").title() for name in authors)
    summary = html.unescape(str(front.get("summary") or front.get("excerpt") or ""))[:300]
    return Post(path.stem[11:], title, names, date[1], summary, body)


# --- what surrounds an article ----------------------------------------------------------------------

_e = html.escape


def _long_date(date: str) -> str:
    year, month, day = date.split("-")
    return f"{_MONTHS[int(month) - 1]} {int(day)}, {year}"


def _first_sentences(post: Post, n: int = 2) -> str:
    words = " ".join(lxml_html.fragment_fromstring(post.body, create_parent="div").text_content().split())
    return " ".join(re.split(r"(?<=[.!?]) ", words)[:n])[:400]


def _names(post: Post) -> str:
    return " and ".join(post.authors)


def _menu(cls: str = "main-menu") -> str:
    items = "Home News Topics Events Resources Communities About Contact".split()
    return f'<ul class="{cls}">' + "".join(f'<li><a href="/{i.lower()}">{i}</a></li>' for i in items) + "</ul>"


def _cookies() -> str:
    return (
        '<div id="cookie-banner" class="cookie-consent" role="dialog"><p>We use cookies to improve your experience on '
        "this site and to show you content that fits your interests. By clicking accept you agree to our privacy "
        "policy.</p><button>Accept all</button><button>Manage settings</button></div>"
    )


def _cards(others: Sequence[Post], cls: str) -> str:
    return "".join(
        f'<div class="{cls}"><a href="/p/{o.slug}"><img src="/i/{o.slug}.jpg" alt=""><h3>{_e(o.title)}</h3></a>'
        f"<p>{_e(_first_sentences(o, 1))}</p></div>"
        for o in others
    )


def _share(cls: str = "share-buttons") -> str:
    links = "".join(f'<li><a href="#s">{s}</a></li>' for s in ("Facebook", "Twitter", "LinkedIn", "Email", "Print"))
    return f'<div class="{cls}"><span>Share this:</span><ul>{links}</ul></div>'


def _comments(others: Sequence[Post], cls: str = "comment") -> str:
    return "".join(
        f'<li class="{cls}"><div class="{cls}-author"><b>{_e(o.authors[0])}</b> says:</div><a href="#c">'
        f"{_long_date(o.date)} at 9:{10 + n} am</a><p>{_e(_first_sentences(o))}</p><a href='#r'>Reply</a></li>"
        for n, o in enumerate(others)
    )


def _footer() -> str:
    return (
        f"<footer class='site-footer'>{_menu('footer-links')}<p>An official website of the Example Administration. "
        "Looking for something else? Visit our main site for all programs and services.</p>"
        "<p>© 2024 Example. All rights reserved.</p></footer>"
    )


# --- layouts --------------------------------------------------------------------------------------------


def _blog(post: Post, others: Sequence[Post], address: str) -> str:
    """A theme of a blogging program: header and footer inside the article, times in both, comments, widgets."""
    recent = "".join(f'<li><a href="/p/{o.slug}">{_e(o.title)}</a></li>' for o in others[:5])
    return f"""<!DOCTYPE html><html lang="en-US"><head><title>{_e(post.title)} – Example Blog</title>
<link rel="canonical" href="{address}"><meta property="og:site_name" content="Example Blog"></head>
<body class="post-template-default single has-sidebar"><div id="page" class="site"><header id="masthead"
class="site-header"><p class="site-title"><a href="/">Example Blog</a></p><nav>{_menu()}</nav></header>
<div id="content" class="site-content"><div id="primary"><main id="main"><article id="post-12" class="post type-post">
<header class="entry-header"><h1 class="entry-title">{_e(post.title)}</h1></header><div
class="entry-content">{post.body}
<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3><ul><li><a href="#">Tweet</a></li><li>
<a href="#">Facebook</a></li></ul></div><div id="jp-relatedposts"><h3>Related</h3>{_cards(others[5:8], "rp4wp")}</div>
</div><footer class="entry-footer"><span class="byline"><span class="author vcard"><a class="url fn n" href="/author/x">
{_e(_names(post))}</a></span></span><span class="posted-on"><a href="{address}"><time class="entry-date published"
datetime="{post.date}T09:30:00+00:00">{_long_date(post.date)}</time><time class="updated"
datetime="2024-02-01T00:00:00+00:00">February 1, 2024</time></a></span></footer></article>
<div id="comments" class="comments-area"><h2 class="comments-title">3 thoughts on “{_e(post.title)}”</h2>
<ol class="comment-list">{_comments(others[:3])}</ol><div id="respond"><h3>Leave a Reply</h3><form><p>Your email address
will not be published. Required fields are marked *</p><textarea></textarea></form></div></div></main></div>
<aside id="secondary" class="widget-area"><section class="widget"><h2>Recent Posts</h2><ul>{recent}</ul></section>
<section class="widget"><h2>About</h2><p>{_e(_first_sentences(others[9]))}</p></section></aside></div>{_footer()}</div>
</body></html>"""


def _news(post: Post, others: Sequence[Post], address: str) -> str:
    """A newspaper: JSON-LD with everything, advertisements and “read more” between the paragraphs."""
    stated = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": post.title,
        "datePublished": f"{post.date}T06:00:00-05:00", "dateModified": "2024-05-05T10:00:00-05:00",
        "author": [{"@type": "Person", "name": name} for name in post.authors], "articleSection": "Technology",
        "publisher": {"@type": "Organization", "name": "The Example Times"}, "mainEntityOfPage": address,
    }  # fmt: skip
    parts = post.body.split("</p>\n")
    parts = [f"{part}</p>\n" for part in parts[:-1]] + parts[-1:]
    inserted = [
        f'<p><strong>Read more:</strong> <a href="/p/{others[0].slug}">{_e(others[0].title)}</a></p>\n',
        '<div class="ad-slot" id="dfp-ad-3"><span>Advertisement</span></div>\n',
        '<div class="newsletter-signup"><h4>Get our morning briefing</h4><p>Sign up for our newsletter and get the '
        "stories that matter in your inbox every morning.</p><form><input name=email></form></div>\n",
    ]
    for n, extra in enumerate(inserted):
        if len(parts) > 3 * n + 4:
            parts.insert(3 * n + 2, extra)
    return f"""<!DOCTYPE html><html lang="en"><head><title>{_e(post.title)} | The Example Times</title>
<meta property="og:title" content="{_e(post.title)}"><meta property="og:type" content="article">
<meta name="description" content="{_e(post.summary)}"><script type="application/ld+json">{json.dumps(stated)}</script>
</head><body>{_cookies()}<header class="global-header">{_menu("sections")}<a href="/subscribe">Subscribe</a></header>
<div class="breaking"><a href="/live">Live: {_e(others[11].title)}</a></div><div class="layout"><div class="story">
<div class="headline-block"><span class="kicker"><a href="/tech">Technology</a></span><h1>{_e(post.title)}</h1>
<div class="byline-block">By <a href="/by/x">{_e(_names(post))}</a><span
class="timestamp">{_long_date(post.date)}</span>
</div>{_share("social-tools")}</div><div class="story__body">{"".join(parts)}</div>
<div class="author-card"><img src="/x.jpg" alt=""><p>{_e(post.authors[0])} covers technology in government for The
Example Times. Before that, they reported on cities and schools.</p></div><div class="tags-list"><a
href="/t/a">Design</a>
<a href="/t/b">Policy</a></div></div><div class="right-rail"><h3>Most
Read</h3>{_cards(others[1:5], "teaser")}</div></div>
<section class="more-stories"><h2>More from
Technology</h2>{_cards(others[5:10], "card")}</section>{_footer()}</body></html>"""


def _microdata(post: Post, others: Sequence[Post], _address: str) -> str:
    """Microdata, and the article's body named by it."""
    people = "".join(
        f'<span itemprop="author" itemscope itemtype="https://schema.org/Person"><span itemprop="name">'
        f"{_e(name)}</span>"
        "</span> "
        for name in post.authors
    )
    return f"""<!DOCTYPE html><html lang="en"><head><title>Example Magazine: {_e(post.title)}</title></head><body>
<div class="top">{_menu("nav-list")}<form role="search"><input></form></div><div itemscope
itemtype="https://schema.org/BlogPosting"><div class="hd"><h2 itemprop="headline">{_e(post.title)}</h2><div>{people}
<meta itemprop="datePublished" content="{post.date}"><meta itemprop="dateModified" content="2023-03-03">
<span>{_long_date(post.date)}</span> · <span>5 min read</span></div></div><div itemprop="articleBody">{post.body}</div>
<div itemprop="comment" itemscope><h3>Comments ({len(others[:4])})</h3><ul class="thread">{_comments(others[:4], "c")}
</ul></div></div><div class="col2"><h4>You might also
like</h4>{_cards(others[4:8], "tile")}</div>{_footer()}</body></html>"""


def _table(post: Post, others: Sequence[Post], _address: str) -> str:
    """A page of the year 2002: tables for layout, no metadata, a byline and a date in words."""
    links = "<br>".join(f'<a href="/{o.slug}.html">{_e(o.title)}</a>' for o in others[:10])
    return f"""<html><head><title>{_e(post.title)}</title></head><body bgcolor="#ffffff"><table width="760"><tr>
<td colspan="3"><a href="/"><img src="logo.gif" alt="Example"></a> <a href="/a">Home</a> | <a href="/b">Archive</a> |
<a href="/c">Links</a> | <a href="/d">Mail us</a></td></tr><tr><td width="150"
valign="top"><b>Recent</b><br>{links}</td>
<td valign="top"><font size="5"><b>{_e(post.title)}</b></font><br><font size="2">By {_e(_names(post))}<br>
{_long_date(post.date)}</font>{post.body}<p align="center"><a href="/a">Home</a> | <a href="#top">Back to
top</a></p></td>
<td width="120" valign="top"><b>Sponsors</b><br><font size="1">{_e(_first_sentences(others[11], 1))}</font></td></tr>
<tr><td colspan="3"><hr><font size="1">Copyright © 2001–2024 Example Press. All rights reserved. Questions? Write to the
webmaster.</font></td></tr></table></body></html>"""


def _hashed(post: Post, others: Sequence[Post], address: str) -> str:
    """A page that a program built: class names that say nothing, JSON-LD as a graph with people by reference."""
    people = [{"@type": "Person", "@id": f"{address}#p{n}", "name": name} for n, name in enumerate(post.authors)]
    graph = [
        {"@type": "WebSite", "@id": "https://www.example.com/#w", "name": "Example"},
        {"@type": "WebPage", "@id": address, "name": f"{post.title} - Example", "datePublished": f"{post.date}T00:00Z"},
        {
            "@type": ["Article", "BlogPosting"], "@id": f"{address}#a", "headline": post.title,
            "author": [{"@id": person["@id"]} for person in people],
            "datePublished": f"{post.date}T12:00:00+00:00", "isPartOf": {"@id": address},
        },
        *people,
    ]  # fmt: skip
    body = re.sub(r"<(p|h2|h3|ul|ol|blockquote)>", lambda m: f'<{m[1]} class="css-{hash(m[1]) % 97}x">', post.body)
    stated = json.dumps({"@context": "https://schema.org", "@graph": graph})
    return f"""<!DOCTYPE html><html lang="en"><head><title>{_e(post.title)} - Example</title>
<meta property="og:title" content="{_e(post.title)}"><link rel="canonical" href="{address}">
<script type="application/ld+json">{stated}</script></head><body><div id="__next"><div class="css-1a"><div
class="css-2b">
<a href="/">Example</a>{_menu("css-3c")}</div></div>{_cookies()}<div class="css-9k"><div class="css-4d"><h1
class="css-5e">{_e(post.title)}</h1><div class="css-6f"><a href="/u/1">{_e(_names(post))}</a><span>Follow</span><span>
{_long_date(post.date)}</span><span>7 min read</span></div><div class="css-7g">{body}</div><div class="css-8h"><span>
214</span><span>Share</span><span>Save</span></div></div><div class="css-9i"><h2 class="css-aj">Recommended for you</h2>
{_cards(others[:6], "css-bk")}</div></div><div class="css-cl"><p>Join our community of readers who care about good
public
services.</p><a href="/join">Join</a></div></div></body></html>"""


def _breaks(post: Post, others: Sequence[Post], _address: str) -> str:
    """Paragraphs parted by line breaks in one block, and old-fashioned meta elements."""
    text = re.sub(r"</p>\s*<p>", "<br><br>\n", post.body)
    text = re.sub(r"</?p>", "<br>", text)
    rows = "".join(
        f'<div><a href="/a/{o.slug}">{_e(o.title)}</a> <span>{_long_date(o.date)}</span></div>' for o in others[:8]
    )
    return f"""<html lang="en"><head><title>{_e(post.title)}</title>
<meta name="author" content="{_e("; ".join(post.authors))}">
<meta name="date" content="{post.date}"><meta name="DC.title" content="{_e(post.title)}"></head><body><div id="header">
<h1><a href="/">Example Gazette</a></h1><div id="menu">{_menu("m")}</div></div><div id="wrapper"><div id="left">
<h2>{_e(post.title)}</h2><div class="info">{_long_date(post.date)} - posted by {_e(_names(post))}</div><div
class="text">
{text}</div><div id="disqus_thread"><p>Please enable JavaScript to view the comments.</p></div></div><div id="right">
<h3>Latest news</h3>{rows}<h3>Newsletter</h3><p>Once a week, the best of the Gazette by mail. No advertising, and you
can
leave at any time.</p></div></div>{_footer()}</body></html>"""


def _agency(post: Post, others: Sequence[Post], address: str) -> str:
    """A government site: side menu, table of contents, a form for feedback; its date stands in the address only."""
    side = "".join(f'<li class="usa-sidenav__item"><a href="/{o.slug}">{_e(o.title)}</a></li>' for o in others[:6])
    return f"""<!DOCTYPE html><html lang="en"><head><title>{_e(post.title)} | Agency.example.gov</title>
<link rel="canonical" href="{address}"><meta property="og:url" content="{address}"><meta property="og:title"
content="{_e(post.title)}"></head><body><a class="usa-skipnav" href="#main-content">Skip to main content</a>
<section class="usa-banner" aria-label="Official website"><p>An official website of the government. Here’s how you know:
official websites use a domain of the government, and secure sites use HTTPS.</p></section><header class="usa-header"
role="banner">{_menu("usa-nav__primary")}</header><div class="usa-breadcrumb"><a href="/">Home</a> / <a
href="/news">News
</a></div><div class="grid-container"><div class="desktop:grid-col-3"><ul class="usa-sidenav">{side}</ul></div>
<main id="main-content" class="desktop:grid-col-9"><h1>{_e(post.title)}</h1><p class="authors">By {_e(_names(post))}</p>
<div class="toc"><h4>On this page</h4><ul><li><a href="#1">Background</a></li><li><a href="#2">What we did</a></li></ul>
</div><div class="prose-block">{post.body}</div><div class="feedback"><h2>Was this page
helpful?</h2><button>Yes</button>
<button>No</button><p>Tell us what you think so that we can make this page better for everyone.</p></div></main></div>
<section class="upcoming"><h2>Upcoming events</h2>{_cards(others[6:9], "event")}</section>{_footer()}</body></html>"""


LAYOUTS: dict[str, Callable[[Post, Sequence[Post], str], str]] = {
    "blog": _blog, "news": _news, "microdata": _microdata, "table": _table, "hashed": _hashed, "breaks": _breaks,
    "agency": _agency,
}  # fmt: skip
