"""Pictures that strangers made: Pillow within limits.

A file of a few kilobytes can ask for gigabytes of memory. So the size that its header
tells is looked at before anything is decoded, and only formats are read whose decoders
are part of Pillow and run no other program.
"""

import io
import struct
import threading
import zlib
from typing import Any

try:
    from PIL import Image, ImageOps
except ImportError:
    Image = None  # type: ignore[assignment]

# Formats of Pillow that an ImageField takes.
FORMATS = (
    *("PNG", "JPEG", "MPO", "GIF", "WEBP", "BMP", "DIB", "TIFF", "ICO"),
    *("JPEG2000", "PPM", "TGA", "AVIF"),
)
# A photograph of 50 megapixels takes 200 MB while it is decoded.
MAX_PIXELS = 50_000_000

# Of these formats thumbnails are made: {format: content type}.
THUMBNAIL_FORMATS = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
MAX_THUMBNAIL_BYTES = 20_000_000
MAX_THUMBNAIL_PIXELS = 25_000_000
# The decoder of JPEG leaves out what a small picture does not need.
MAX_THUMBNAIL_PIXELS_OF_JPEG = 50_000_000
THUMBNAIL_SIZE = (240, 240)
# A thumbnail that is stored is sent as it is up to this size.
MAX_READY_BYTES = 200_000

# A page may ask for many at once; they are decoded one after the other.
_one_at_a_time = threading.Lock()

# What Pillow raises for a damaged or an oversize picture.
ERRORS: tuple[type[Exception], ...] = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


class BadImage(Exception):
    """A file is no picture that can be decoded."""


class OversizeImage(BadImage):
    """A picture has more pixels than are decoded."""


def check_image(file: Any) -> Any:
    """Decode a picture; return it as Pillow's Image. Raise BadImage.

    ``file`` is at its beginning afterwards.
    """
    file.seek(0)
    try:
        image = _opened(file, FORMATS, MAX_PIXELS)
        image.load()
    except ERRORS as error:
        raise BadImage(str(error)) from error
    finally:
        file.seek(0)
    return image


def _opened(file: Any, formats: Any, max_pixels: int) -> Any:
    """Open a picture without decoding it. Raise OversizeImage, or one of ERRORS."""
    Image.init()
    known = [name for name in formats if name in Image.OPEN]
    try:
        image = Image.open(file, formats=known)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise OversizeImage(str(error)) from error
    if image.width * image.height > max_pixels:
        raise OversizeImage(f"{image.width} × {image.height}")
    return image


def thumbnail(data: bytes) -> tuple[bytes, str]:
    """Return a small picture of a picture, and its content type. Raise BadImage."""
    if Image is None or len(data) > MAX_THUMBNAIL_BYTES:
        raise BadImage("too large")
    with _one_at_a_time:
        try:
            return _thumbnail(data)
        except ERRORS as error:
            raise BadImage(str(error)) from error


def _thumbnail(data: bytes) -> tuple[bytes, str]:
    limit = MAX_THUMBNAIL_PIXELS_OF_JPEG
    image = _opened(io.BytesIO(data), (*THUMBNAIL_FORMATS,), limit)
    if len(data) <= MAX_READY_BYTES and _is_small(image):
        # A small file may still be a damaged one.
        image.load()
        return data, THUMBNAIL_FORMATS[image.format]
    image.draft("RGB", THUMBNAIL_SIZE)
    if image.width * image.height > MAX_THUMBNAIL_PIXELS:
        raise OversizeImage(f"{image.width} × {image.height}")
    image.thumbnail(THUMBNAIL_SIZE)
    image = ImageOps.exif_transpose(image)
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    image = image.convert("RGBA" if has_alpha else "RGB")
    result = io.BytesIO()
    image.save(result, "PNG" if has_alpha else "JPEG")
    return result.getvalue(), "image/png" if has_alpha else "image/jpeg"


def _is_small(image: Any) -> bool:
    limit_width, limit_height = THUMBNAIL_SIZE
    return image.width <= 2 * limit_width and image.height <= 2 * limit_height
