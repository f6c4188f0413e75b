#!/bin/sh
# Makes .venv/ at the top of the project and puts into it exactly what the locks name, by hash. `make` calls it.
#
#   deploy/install.sh run     what Hatchway needs to run, and Hatchway itself
#   deploy/install.sh test    what its tests need besides
#   deploy/install.sh package what makes .deb and .rpm of it
#
# PYTHON names the interpreter; otherwise it is the newest fitting one there is. Of pip's settings on this machine only
# those count that say how a registry is reached. It fails with a line that says what to do.
set -eu
cd "$(dirname "$0")/.."
here=$(pwd -P)
unset PYTHONPATH PYTHONHOME
export PIP_USER=0 PIP_TARGET='' PIP_PREFIX='' PIP_ROOT='' PIP_CONSTRAINT='' PIP_NO_BINARY='' PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

stop() {
    printf '%s\n' "$@" >&2
    exit 1
}

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

makes_environments() {
    "$1" -c 'import venv, ensurepip' >/dev/null 2>&1
}

choose_python() {
    python=
    for name in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        fits "$name" || continue
        if makes_environments "$name"; then
            python=$name
            return
        fi
        python=${python:-$name}
    done
    [ -n "$python" ] || stop \
        "Hatchway needs Python 3.11, 3.12 or 3.13, and \"${PYTHON:-python3}\" on this machine is none of them." \
        "On Debian 12 or later and Ubuntu 24.04: apt-get install python3 python3-venv" \
        "On Ubuntu 22.04: apt-get install python3.11 python3.11-venv"
}

# Debian and Ubuntu keep what makes a virtual environment in a package of its own.
make_environment() {
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    package=python$version-venv
    if ! makes_environments "$python" && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $package, which this machine lacks"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
    fi
    if makes_environments "$python"; then
        echo "Making .venv with Python $version"
        "$python" -m venv --clear .venv
    elif "$python" -m pip --python "$(command -v "$python")" --version >/dev/null 2>&1; then
        echo "Making .venv with Python $version, without a pip of its own"
        "$python" -m venv --clear --without-pip .venv
    else
        stop "Python $version on this machine cannot make a virtual environment: the package $package is missing." \
            "Run this as root, and then make again: apt-get update && apt-get install -y $package"
    fi
}

# The environment's own pip; where it could get none, the machine's, told to work in there.
pip() {
    if .venv/bin/python -m pip --version >/dev/null 2>&1; then
        .venv/bin/python -m pip "$@"
    else
        "$python" -m pip --python .venv/bin/python "$@"
    fi
}

usable() {
    .venv/bin/python -c '' >/dev/null 2>&1 && { [ ! -e .venv/.run ] || [ "$(cat .venv/.run)" = "$here" ]; }
}

choose_python
usable || make_environment
case $1 in
run)
    echo "Installing Hatchway and what it needs into .venv"
    pip install -qq --no-deps --require-hashes -r deploy/lock/build.txt -r deploy/lock/run.txt
    pip install -qq --no-deps --no-build-isolation --editable .
    ;;
test)
    echo "Installing what the tests need into .venv"
    pip install -qq --no-deps --require-hashes --no-build-isolation --use-pep517 -r deploy/lock/test.txt
    ;;
package)
    echo "Installing what makes packages into .venv"
    pip install -qq --no-deps --require-hashes --only-binary :all: -r deploy/lock/package.txt
    ;;
*) stop "usage: deploy/install.sh run|test|package" ;;
esac
printf '%s\n' "$here" >".venv/.$1"
