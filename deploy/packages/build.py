#!/usr/bin/env python3
"""Builds what Hatchway is handed on as: the wheel and the sdist, and from the wheel and the locks the .deb and the .rpm.

    .venv/bin/python deploy/packages/build.py wheel|tree|deb|rpm ...      also: make wheel, make deb, make rpm

All of it goes to dist/. `tree` lays out dist/tree as it will stand on the machine: /opt/hatchway/.venv with every package that
the run lock names, by hash, compiled for the Python that this runs under; manual pages; licences. nfpm packs it by nfpm.yaml.
A package is for the distribution whose /usr/bin/python3.X it was built with, and fetches nothing when it is installed or runs.
It fails with a line that says what to do, or with what a program it called has said.
"""

import argparse
import gzip
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import gateway

TOP = Path(__file__).resolve().parents[2]
DIST, TREE = TOP / "dist", TOP / "dist/tree"
HOME = Path("opt/hatchway")
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
PYTHON = Path(f"/usr/bin/python{VERSION}")
_PAGES = ("README.md", "CHANGELOG.md", "LICENSE")
_BESIDE = ("monitoring", "nodes", "screenshots", "verify_trail.py")
"""What the pages of deploy/ speak of."""
_KEPT = {"python", "hatchway"}
"""Programs of the environment that stay in it."""
_NOT_COMPILED = r"/olefile2\.py$"
"""What is for Python 2, and never imported here."""
_PROGRAM = """\
#!/opt/hatchway/.venv/bin/python
from gateway.cli import main

if __name__ == "__main__":
    main()
"""
"""Worker processes import the program, too, and must not run it."""
_CONFIGURATION = f"""\
home = {PYTHON.parent}
include-system-site-packages = false
version = {VERSION}
"""
_COPYRIGHT = """\
Hatchway is under the Apache License 2.0: /opt/hatchway/LICENSE.

It brings the packages below, each unchanged and under its own licence. Their licence texts stand where each package keeps them,
below /opt/hatchway/.venv/lib/python{version}/site-packages; hatchway.cdx.json beside this file has versions and hashes.

"""


def run(*command: str | Path, to: Path | None = None, **more: str) -> None:
    """Call a program in the project's folder, its output to a file if one is named; the end of this one if it fails."""
    catch = subprocess.PIPE if to else None
    said = subprocess.run(command, cwd=TOP, env=os.environ | more, check=False, stdout=catch)  # noqa: S603  -- our own
    if said.returncode:
        sys.exit(said.returncode)
    if to is not None:
        to.write_bytes(said.stdout)


def wheel() -> Path:
    """Wheel and sdist; the wheel's path."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", DIST)
    return DIST / f"hatchway-{gateway.__version__}-py3-none-any.whl"


def tree() -> None:
    """Lay out dist/tree."""
    if not PYTHON.exists():
        remedy = "Make .venv anew with that: make clean deb PYTHON=/usr/bin/python3"
        sys.exit(f"There is no {PYTHON}, and a package needs the distribution's own Python. {remedy}")
    built = wheel()
    shutil.rmtree(TREE, ignore_errors=True)
    _environment(built)
    _pages()
    _share()


def _environment(built: Path) -> None:
    made = TREE / HOME / ".venv"
    run(PYTHON, "-m", "venv", "--without-pip", "--symlinks", made)
    pip = (sys.executable, "-m", "pip", "--python", made / "bin/python")
    install = (*pip, "install", "--quiet", "--no-compile", "--only-binary", ":all:")
    run(*install, "--no-deps", "--require-hashes", "-r", "deploy/lock/run.txt")
    run(*install, "--no-deps", "--no-index", built)
    for path in (made / "bin").iterdir():
        if path.name not in _KEPT:
            path.unlink()
    (made / "bin/python").unlink()
    (made / "bin/python").symlink_to(PYTHON)
    (made / "bin/hatchway").write_text(_PROGRAM)
    (made / "pyvenv.cfg").write_text(_CONFIGURATION)
    shutil.rmtree(made / "include")
    (made / "lib64").unlink(missing_ok=True)  # Python finds all in lib; nfpm would make a folder of the link
    for record in made.glob("lib/python*/site-packages/*.dist-info/direct_url.json"):  # where the wheel lay while it was built
        record.unlink()
    shown = ("-x", _NOT_COMPILED, "-s", TREE, "-p", "/")
    run(made / "bin/python", "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "checked-hash", *shown, made / "lib")


def _pages() -> None:
    home = TREE / HOME
    (home / "deploy").mkdir()
    for path in (*(TOP / name for name in _PAGES), *TOP.glob("deploy/*.md"), *(TOP / "deploy" / name for name in _BESIDE)):
        to = home / path.relative_to(TOP)
        shutil.copytree(path, to) if path.is_dir() else shutil.copy2(path, to)


def _share() -> None:
    share, python = TREE / "usr/share", TREE / HOME / ".venv/bin/python"
    run(sys.executable, "deploy/packages/manual.py", "--to", share / "man")
    for page in (share / "man").glob("man?/*"):
        page.with_name(f"{page.name}.gz").write_bytes(gzip.compress(page.read_bytes(), mtime=0))
        page.unlink()
    doc, complete = share / "doc/hatchway", share / "bash-completion/completions"
    doc.mkdir(parents=True)
    complete.mkdir(parents=True)
    run(python, "deploy/sbom.py", to=doc / "hatchway.cdx.json")
    run(python, "deploy/sbom.py", "--licences", to=doc / "copyright")
    (doc / "copyright").write_text(_COPYRIGHT.format(version=VERSION) + (doc / "copyright").read_text())
    (doc / "README.md").symlink_to("/opt/hatchway/README.md")
    run(python, TREE / HOME / ".venv/bin/hatchway", to=complete / "hatchway", _HATCHWAY_COMPLETE="bash_source")


def pack(kind: str) -> None:
    """One package of dist/tree."""
    found = shutil.which("nfpm", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    nfpm = found or sys.exit("nfpm is missing: make .venv/.package")
    named = {
        "VERSION": gateway.__version__,
        "ARCH": {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine()),
        "PYTHON": f"python{VERSION}",
        "MAINTAINER": f"{os.environ.get('DEBFULLNAME', 'Hatchway')} <{os.environ.get('DEBEMAIL', 'postmaster@localhost')}>",
    }
    run(nfpm, "package", "--config", "deploy/packages/nfpm.yaml", "--packager", kind, "--target", DIST, **named)


def main() -> None:
    """Build what is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "what", nargs="+", choices=("wheel", "tree", "deb", "rpm"), help="what to build; tree comes before deb and rpm"
    )
    for one in parser.parse_args().what:
        {"wheel": wheel, "tree": tree}.get(one, lambda kind=one: pack(kind))()


if __name__ == "__main__":
    main()
