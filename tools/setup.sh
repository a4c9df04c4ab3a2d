#!/bin/sh
# tools/setup.sh EXTRA…  makes .venv/ with fangpin and these extras (see pyproject.toml); keeps what is there already.
# Finds a Python that is new enough and hands over to tools/setup.py.  PYTHON=/path/to/python chooses one.
set -eu
cd "$(dirname "$0")/.."

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

if [ -x .venv/bin/python ] && new_enough .venv/bin/python; then
    exec .venv/bin/python tools/setup.py "$@"
fi
for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
    if new_enough "$python"; then
        exec "$python" tools/setup.py "$@"
    fi
done
found=$(python3 --version 2>/dev/null || echo "no python3")
{
    echo "需要 Python 3.11 或更高版本，找到的是：$found"
    echo "办法：安装后重试，或指明解释器，如 make setup PYTHON=/usr/bin/python3.12"
    echo "Python 3.11 or newer is needed; found: $found"
    echo "Remedy: install it and try again, or name one: make setup PYTHON=/usr/bin/python3.12"
} >&2
exit 1
