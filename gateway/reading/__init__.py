"""What a recipient would see of a message. (Being built.)"""

from gateway.reading.types import Link, Origin, Passage, Reading

__all__ = ["Link", "Origin", "Passage", "Reading"]
