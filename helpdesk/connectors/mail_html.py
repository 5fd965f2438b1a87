"""The text of a mail that has no other than HTML. What it quotes is left out."""

from html.parser import HTMLParser

_LINES = {"p", "div", "br", "tr", "table", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"}
_NEVER = {"head", "style", "script", "title"}
_QUOTES = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "divrplyfwdmsg")
"""Classes and ids in which Gmail, Yahoo, Thunderbird and Outlook put what they quote."""
_EMPTY = {"br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr", "source"}


def plain(markup: str) -> str:
    """Never raises, whatever it is given."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).splitlines()]
    return "\n".join(lines).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []
        """Tags that are open since the one that hides; empty: nothing is hidden."""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _LINES and not self._hidden:
            self.parts.append("\n- " if tag == "li" else "\n")
        named = " ".join(value or "" for name, value in attributes if name in ("class", "id")).casefold()
        hides = tag in _NEVER or tag == "blockquote" or any(name in named for name in _QUOTES)
        if (self._hidden or hides) and tag not in _EMPTY:
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass
        elif tag in _LINES and not self._hidden:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data.replace("\n", " "))
