"""``python -m fangpin``: the same as the command."""

from fangpin.cli import main

if __name__ == "__main__":
    main()
