#!/usr/bin/env bash
# Puts ONNX Runtime's library and its WebGPU plugin into .doublet/onnxruntime, from their PyPI wheels: pinned versions,
# checked hashes, nothing of Python kept. pip fetches them, so a user's proxy, mirror or local wheels are honoured.
#
#   tools/onnxruntime.sh            fetches what is missing
#   tools/onnxruntime.sh --there    tells by its exit code whether all is in place
set -euo pipefail
cd "$(dirname "$0")/.."

RUNTIME_VERSION=1.31.1
WEBGPU_VERSION=0.4.0
folder=.doublet/onnxruntime

fail() {
    printf '%s\n' "doublet set-up: $*" >&2
    exit 1
}

case "$(uname -s)-$(uname -m)" in
Linux-x86_64)
    arch=x86_64
    runtime_sha256=5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f
    webgpu_sha256=5d8c961eda91a88961cad1fb7621f389f006b18497d6ea9ecf96f729f066cbfb
    ;;
Linux-aarch64)
    arch=aarch64
    runtime_sha256=da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3
    webgpu_sha256=17f660db53b1a509c63e721ac6784a2daa1c4e91a968523ee9986505ee5b0a55
    ;;
*)
    [ "${1:-}" != --there ] || exit 0
    printf '%s\n' "doublet set-up: no ONNX Runtime is fetched for $(uname -s) on $(uname -m); set DOUBLET_ORT to" \
        "its library to use models, everything else works without." >&2
    exit 0
    ;;
esac

stamp="$runtime_sha256 $webgpu_sha256"
library=$folder/libonnxruntime.so.$RUNTIME_VERSION
plugin=$folder/libonnxruntime_providers_webgpu.so
if [ -f "$library" ] && [ -f "$plugin" ] && [ "$(cat "$folder/stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi
[ "${1:-}" != --there ] || exit 1

python3 -m pip --version >/dev/null 2>&1 ||
    fail "ONNX Runtime is fetched with pip, which is missing; install python3 with pip, then try again."

mkdir -p .doublet
work=$(mktemp -d .doublet/fetch.XXXXXX)
trap 'rm -rf "$work"' EXIT

# wheel NAME VERSION SHA256: leaves the checked wheel as $work/NAME.whl. The wheel's own Python version is named, for
# it is the library inside that is wanted, whatever Python runs here.
wheel() {
    printf '%s\n' "doublet set-up: fetching $1 $2"
    python3 -m pip --disable-pip-version-check download --quiet --retries 2 --no-deps --only-binary=:all: \
        --implementation cp --python-version 3.11 --abi cp311 --abi none --platform "manylinux_2_28_$arch" \
        --dest "$work/$1" "$1==$2" >.doublet/pip.txt 2>&1 ||
        fail "$1 $2 could not be fetched from PyPI; is there a network? (pip's words are in .doublet/pip.txt)"
    mv "$work/$1"/*.whl "$work/$1.whl"
    printf '%s  %s\n' "$3" "$work/$1.whl" | sha256sum --check --status ||
        fail "the fetched $1 $2 is not the file that Doublet was tested with (its SHA-256 differs); it was thrown away."
}

wheel onnxruntime "$RUNTIME_VERSION" "$runtime_sha256"
wheel onnxruntime-ep-webgpu "$WEBGPU_VERSION" "$webgpu_sha256"

python3 - "$work" "$RUNTIME_VERSION" <<'PYTHON' || fail "the fetched wheels could not be unpacked; is the disk full?"
import shutil, sys, zipfile
from pathlib import Path

work, version = Path(sys.argv[1]), sys.argv[2]
wanted = {
    "onnxruntime.whl": {
        f"onnxruntime/capi/libonnxruntime.so.{version}": f"libonnxruntime.so.{version}",
        "onnxruntime/LICENSE": "onnxruntime-LICENSE.txt",
        "onnxruntime/ThirdPartyNotices.txt": "onnxruntime-ThirdPartyNotices.txt",
    },
    "onnxruntime-ep-webgpu.whl": {
        "onnxruntime_ep_webgpu/libonnxruntime_providers_webgpu.so": "libonnxruntime_providers_webgpu.so",
        "licenses/LICENSE": "onnxruntime-webgpu-LICENSE.txt",
        "licenses/ThirdPartyNotices.txt": "onnxruntime-webgpu-ThirdPartyNotices.txt",
    },
}
out = work / "out"
out.mkdir()
for wheel, files in wanted.items():
    with zipfile.ZipFile(work / wheel) as archive:
        for ending, name in files.items():
            member = next(n for n in archive.namelist() if n.endswith(ending))
            with archive.open(member) as source, open(out / name, "wb") as target:
                shutil.copyfileobj(source, target)
PYTHON

# The stamp goes in last: a run cut short leaves nothing that looks whole.
rm -rf "$folder"
mv "$work/out" "$folder"
rm -f .doublet/pip.txt
printf '%s' "$stamp" >"$folder/stamp"
printf '%s\n' "doublet set-up: ONNX Runtime $RUNTIME_VERSION and its WebGPU plugin $WEBGPU_VERSION are in $folder"
