"""``python -m mebench``."""

from mebench.cli import main

main()
