"""Contract domain to integer codes and back: Arrow in, Arrow out."""

from noctule.codes.codec import Codec
from noctule.codes.codes import Attribute, Codes

__all__ = ["Attribute", "Codec", "Codes"]
