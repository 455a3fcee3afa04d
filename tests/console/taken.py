"""The pictures that are taken of the console: states, sizes and colour schemes."""

from dataclasses import dataclass
from pathlib import Path

SIZES = {"360": (360, 740), "1280": (1280, 800), "2560": (2560, 1300)}
SCHEMES = ("light", "dark")
# What the documents show in full: the state, the size and the scheme, and the file.
SHOWN = {
    ("thread", "1280", "light"): "console",
    ("composer", "1280", "light"): "console-composer",
    ("lost", "1280", "light"): "console-lost",
    ("flag", "1280", "light"): "console-flag",
    ("thread", "1280", "dark"): "console-dark",
    ("composer", "360", "dark"): "console-small-composer",
    ("offers", "360", "light"): "console-small-lists",
    ("consumer", "360", "light"): "console-small-consumer",
}


@dataclass(frozen=True)
class Taken:
    """One picture, and where it lies."""

    state: str
    size: str
    scheme: str
    path: Path

    @property
    def shown_as(self) -> str | None:
        """The name of its file in the documents, if they show it in full."""
        return SHOWN.get((self.state, self.size, self.scheme))
