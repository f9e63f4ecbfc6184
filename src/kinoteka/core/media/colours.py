"""Colours of uploaded pictures: converted to sRGB by the colour profile that a picture carries.

A picture without a profile is sRGB by convention, and the new one carries none.
"""

from functools import cache
from io import BytesIO
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PROFILE_BYTES = 4 * 1024 * 1024

# The colour space of a profile (ICC.1:2022, 7.2.8) for each mode, and the mode after conversion.
SPACES = {
    "RGB": ("RGB", "RGB"),
    "RGBA": ("RGB", "RGBA"),
    "L": ("GRAY", "RGB"),
    "CMYK": ("CMYK", "RGB"),
}


def convert_to_srgb(picture: "Image", profile: bytes | None) -> "Image":
    """Return the picture with its colours in sRGB. Ignore an unusable profile."""
    if not profile or len(profile) > MAX_PROFILE_BYTES or picture.mode not in SPACES:
        return picture
    cms = _cms()
    space, mode = SPACES[picture.mode]
    try:
        source = cms.ImageCmsProfile(BytesIO(profile))
        if source.profile.xcolor_space.strip() != space:
            return picture
        transform = cms.buildTransform(source, _srgb(), picture.mode, mode)
        converted: Image | None = cms.applyTransform(picture, transform)
    # With a broken profile the picture keeps its colours unconverted.
    except (cms.PyCMSError, OSError, ValueError):
        return picture
    return picture if converted is None else converted


@cache
def _cms() -> ModuleType:
    from PIL import ImageCms

    return ImageCms


@cache
def _srgb() -> Any:
    return _cms().createProfile("sRGB")
