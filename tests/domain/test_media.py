"""Pictures and videos are taken, everything else is only named (product A7)."""

from __future__ import annotations

import pytest

from domain.media import is_accepted, kind


@pytest.mark.parametrize(
    ("content_type", "shown", "accepted"),
    [
        ("image/jpeg", "image/jpeg", True),
        ("image/jpg", "image/jpeg", True),
        ("IMAGE/PNG", "image/png", True),
        ("image/gif; charset=binary", "image/gif", True),
        ("video/mp4", "video/mp4", True),
        ("video/3gpp", "video/3gpp", True),
        ("image/heic", "image/heic", False),
        ("image/svg+xml", "image/svg+xml", False),
        ("audio/amr", "audio/amr", False),
        ("text/vcard", "text/vcard", False),
        ("application/pdf", "application/pdf", False),
        ("text/html; x=video/mp4", "text/html", False),
        ("", "application/octet-stream", False),
    ],
)
def test_jpg_png_gif_and_videos_are_taken(content_type: str, shown: str, accepted: bool) -> None:
    assert (kind(content_type), is_accepted(content_type)) == (shown, accepted)
