"""Where are the files that come with the program?

In a checkout they lie beside the packages (``assets/``, ``data/boundaries/``, ``docs/definitions/``,
``docs/indicators/``, ``docs/mappings/``, ``docs/methods/``); in an installed copy the same folders lie inside
``geo``, where the wheel put them (``[tool.setuptools]`` in pyproject.toml).
"""

from pathlib import Path

from geo.ask.problem import Problem

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(name: str) -> Path:
    """Folder that comes with the program.

    Parameters
    ----------
    name : str
        Its path in a checkout, ``"assets"`` or ``"data/boundaries"``.

    Returns
    -------
    Path
        Absolute; read from it, never write to it.

    Raises
    ------
    Problem
        If the program was installed without the folder.

    Examples
    --------
    >>> shipped("assets").name
    'assets'
    """
    for folder in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise Problem(f"The program was installed without its folder “{name}”; install it again from its wheel.")
