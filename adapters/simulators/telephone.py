"""Numbers of the people who play in a simulator: a name becomes a number that stays the same."""

import zlib


def number_of(user: str, prefix: str, length: int = 11) -> str:
    """Return `user` when it is a number, else one made of the name: `prefix` and digits, `length` in all."""
    if user.lstrip("+").isdecimal() and len(user) > 4:
        return user
    digits = length - len(prefix.lstrip("+"))
    return f"{prefix}{zlib.crc32(user.encode()) % 10**digits:0{digits}d}"
