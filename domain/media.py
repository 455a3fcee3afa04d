"""Which pictures and videos of consumers are taken (product A7)."""

from __future__ import annotations

PICTURES = frozenset({"image/jpeg", "image/png", "image/gif"})
_ALSO_WRITTEN = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg"}
UNKNOWN = "application/octet-stream"


def kind(content_type: str) -> str:
    """The type as it is shown and compared: small letters, without parameters, never empty."""
    bare = content_type.partition(";")[0].strip().lower()
    return _ALSO_WRITTEN.get(bare, bare) or UNKNOWN


def is_accepted(content_type: str) -> bool:
    """Whether an item of this type is kept; one of another type is only named in the thread."""
    bare = kind(content_type)
    return bare in PICTURES or bare.startswith("video/")
