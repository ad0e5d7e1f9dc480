#!/usr/bin/env bash
# Create or renew the environment .venv from the hash-pinned lock. Quick when nothing changed.
# Asks for nothing but Python 3.11 to 3.13; follows the user's own pip and uv settings.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '%s\n' "$*" >&2; }
fail() { say "✗ $*"; exit 1; }

# What pip and uv say without a network is long, and says no more than one sentence of ours.
offline() {
    case $1 in
        *"connection broken"* | *"Failed to establish"* | *"error sending request"* | *"dns error"* | \
            *"No matching distribution found for uv"*) return 0 ;;
    esac
    return 1
}

lock=requirements-dev.txt
venv=.venv
stamp=$venv/.installed
wanted=$(cat "$lock" requirements-bootstrap.txt | cksum)
if [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then
    exit 0
fi

# --- Python -----------------------------------------------------------------------------------
is_right='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
python=
seen=
for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c "$is_right" 2>/dev/null; then
        python=$(command -v "$candidate")
        break
    fi
    seen="$seen $("$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null || true)"
done
if [ -z "$python" ]; then
    fail "Python 3.11, 3.12 or 3.13 is needed; found:${seen:- none}. Install one, or set PYTHON to its path."
fi

# --- room on the disk -------------------------------------------------------------------------
free_kb=$(df -Pk . | awk 'NR == 2 { print $4 }')
[ "$free_kb" -gt 2000000 ] || fail "The disk is nearly full: $((free_kb / 1024)) MB free, 2,000 MB are needed."

# --- uv: the one at hand if it is the pinned version, else one of our own ----------------------
pinned=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements-bootstrap.txt)
uv=$(command -v uv || true)
if [ -z "$uv" ] || [ "$("$uv" --version | awk '{ print $2 }')" != "$pinned" ]; then
    tools=$venv-tools
    uv=$tools/bin/uv
    if [ ! -x "$uv" ] || [ "$("$uv" --version | awk '{ print $2 }')" != "$pinned" ]; then
        say "· fetching uv $pinned"
        rm -rf "$tools"
        "$python" -m venv "$tools" >/dev/null 2>&1 ||
            fail "This Python cannot make environments: install the package python3-venv, or uv $pinned."
        if ! log=$("$tools/bin/python" -m pip install --quiet --disable-pip-version-check \
            --require-hashes --requirement requirements-bootstrap.txt 2>&1); then
            offline "$log" || say "$log"
            fail "uv $pinned could not be fetched: is there a network, and is pip's index right (pip config list)?"
        fi
    fi
fi

# --- pip's settings, for uv reads its own only --------------------------------------------------
# pip holds its index in a file or in PIP_*; where uv has none of its own, it gets pip's.
pip_setting() { "$python" -m pip config list 2>/dev/null | sed -n "s/^[a-z:.]*\.$1='\(.*\)'\$/\1/p" | tail -n 1; }
if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}${UV_INDEX:-}" ]; then
    index=$(pip_setting index-url)
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX=$index; fi
    extra=$(pip_setting extra-index-url)
    if [ -n "$extra" ]; then
        export UV_INDEX=$extra
        # pip looks at all of its indexes for each package; every file is checked by hash anyway
        export UV_INDEX_STRATEGY=${UV_INDEX_STRATEGY:-unsafe-best-match}
    fi
fi
links=$(pip_setting find-links)
if [ -z "${UV_FIND_LINKS:-}" ] && [ -n "$links" ]; then export UV_FIND_LINKS=${links// /,}; fi
cert=$(pip_setting cert)
if [ -z "${SSL_CERT_FILE:-}" ] && [ -n "$cert" ]; then export SSL_CERT_FILE=$cert; fi

# --- the environment --------------------------------------------------------------------------
say "· installing the packages of $lock"
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c "$is_right" 2>/dev/null; then
    "$uv" venv --quiet --clear --python "$python" "$venv"
fi
if ! log=$(VIRTUAL_ENV=$PWD/$venv "$uv" pip sync --quiet --require-hashes --python "$venv/bin/python" "$lock" 2>&1); then
    case $log in
        *"No space left"*) fail "The disk is full: free 2 GB and run it again." ;;
        *) ! offline "$log" || fail "The package index cannot be reached: is there a network, and is pip's index right (pip config list)?"
           say "$log"; fail "The packages could not be installed; the lines above say why." ;;
    esac
fi
printf '%s' "$wanted" > "$stamp"
say "✓ environment ready: $venv"
