"""The reading of mail: bytes in, `Mail` out."""
