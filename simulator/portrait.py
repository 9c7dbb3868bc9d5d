"""A drawn portrait, plainly no photograph: what a simulated card shows."""

from hashlib import shake_256
from io import BytesIO

from PIL import Image, ImageDraw

_SIZE = (150, 200)
_SKIN = ((241, 194, 150), (224, 172, 125), (198, 134, 92), (141, 92, 60))
_CLOTHES = ((46, 94, 140), (140, 60, 60), (60, 110, 70), (110, 80, 130))


def portrait(*, seed: str) -> bytes:
    """Returns a JPEG of two to four kilobytes, the same for the same seed."""
    skin_of, clothes_of, width_of = shake_256(seed.encode()).digest(3)
    image = Image.new("RGB", _SIZE, (203, 42, 48))
    draw = ImageDraw.Draw(image)
    skin = _SKIN[skin_of % len(_SKIN)]
    width = 32 + width_of % 10
    draw.ellipse((15, 150, 135, 260), fill=_CLOTHES[clothes_of % len(_CLOTHES)])
    draw.rectangle((62, 120, 88, 165), fill=skin)
    draw.ellipse((75 - width, 50, 75 + width, 145), fill=skin)
    draw.pieslice((70 - width, 40, 80 + width, 140), 180, 360, fill=(30, 24, 20))
    for x in (58, 92):
        draw.ellipse((x - 6, 92, x + 6, 100), fill=(255, 255, 255))
        draw.ellipse((x - 3, 92, x + 3, 99), fill=(30, 24, 20))
    draw.arc((60, 100, 90, 130), 30, 150, fill=(120, 50, 50), width=3)
    draw.text((4, 4), "CONTOH", fill=(255, 255, 255))
    file = BytesIO()
    image.save(file, "JPEG", quality=60)
    return file.getvalue()
