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
    quietly="-qq -o Dpkg::Use-Pty=0" # Left unquoted below: these are three words.
    apt-get $quietly update && apt-get $quietly install -y python3 python3-venv >/dev/null
    prepare_with_any_python "$@"
    # Where `python3` is an older one.
    apt-get $quietly install -y python3.11 python3.11-venv >/dev/null || true
    prepare_with_any_python "$@"
fi
echo "Frontdesk needs Python 3.11 or newer. On Debian and Ubuntu: sudo apt-get install -y python3 python3-venv" >&2
exit 1
