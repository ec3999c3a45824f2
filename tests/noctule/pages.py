"""A page as a reader without style sees it."""

from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "link", "input", "line", "rect", "path"}  # those of SVG close themselves


class Words(HTMLParser):
    """`text`: what is said; `loads`: addresses that it loads or leads to; `open`: tags that were not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.loads, self.said, self.open = list[str](), list[str](), list[str](), list[str]()
        self.feed(page)
        self.close()
        self.text = " ".join("".join(self.said).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [str(value) for name, value in attrs if name in ("src", "href", "data", "action")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in VOID:
            self.open.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.said.append(data)
