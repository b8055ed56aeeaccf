"""What went wrong, in one sentence that its reader can act on?"""


class Problem(Exception):
    """A fault of input or set-up, told to the user as it stands.

    The message is one plain-English sentence that names the file, the row or column where there is
    one, and the remedy. The command line prints it and exits with status 1; the page shows it.
    """


class Withheld(Problem):
    """Something that is there, but not for the group of who asks."""
