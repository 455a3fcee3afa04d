"""What a text must be before it is stored, whoever wrote it."""

import re

_LINE_ENDS = re.compile(r"\r\n?")


def clean_text(raw: str) -> str:
    """The text as the store and the carriers can hold it; nothing else about it changes.

    NUL goes (PostgreSQL refuses it in a text), halves of surrogate pairs are joined or become
    U+FFFD (UTF-8 has no form for them), line ends become LF. A long text stays whole: only the
    webhook's size is limited.
    """
    without_nul = raw.replace("\0", "")
    utf_16 = without_nul.encode("utf-16-le", "surrogatepass")
    return _LINE_ENDS.sub("\n", utf_16.decode("utf-16-le", "replace"))
