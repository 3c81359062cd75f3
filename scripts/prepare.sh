#!/bin/sh
# Finds a Python that is new enough, and lets it prepare the rest (prepare.py).
set -eu
cd "$(dirname "$0")/.."

prepare_with_any_python() {
    for python in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            exec "$python" -m scripts.prepare "$@"
        fi
    done
}

prepare_with_any_python "$@"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "· installing Python with apt"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq python3 python3-venv >/dev/null
    prepare_with_any_python "$@"
    apt-get install -y -qq python3.11 python3.11-venv >/dev/null || true # Where `python3` is an older one.
    prepare_with_any_python "$@"
fi
echo "Frontdesk needs Python 3.11 or newer. On Debian and Ubuntu: sudo apt-get install -y python3 python3-venv" >&2
exit 1
