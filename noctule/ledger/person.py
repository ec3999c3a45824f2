"""Who is at the keyboard, for the entries that carry a person's word."""

import getpass
import os


def user() -> str:
    """The operating system's name of the user, or its number in a container that has no names."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
