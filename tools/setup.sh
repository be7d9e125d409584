#!/usr/bin/env bash
# Brings what Doublet needs and what cargo does not bring: Debian packages, ONNX Runtime's library and its WebGPU
# plugin. What is in place is left alone, so a second run changes nothing and needs no network.
#
#   tools/setup.sh build    to compile
#   tools/setup.sh run      to compile and run (the default)
#   tools/setup.sh test     to compile, run and test
set -euo pipefail
cd "$(dirname "$0")/.."

# A compiler's linker, FFmpeg's headers, and libclang to read them.
BUILD_PACKAGES=(gcc libc6-dev pkg-config libclang-dev
    libavcodec-dev libavformat-dev libavutil-dev libavfilter-dev libswscale-dev)
# Window, keyboard, file dialog; mesa-vulkan-drivers draws on machines without a GPU too.
RUN_PACKAGES=(libvulkan1 mesa-vulkan-drivers libegl1 libgl1-mesa-dri libx11-6 libx11-xcb1 libxcursor1 libxi6
    libxkbcommon0 libxkbcommon-x11-0 libwayland-client0 libdbus-1-3 zenity)
# The reference tools that tests compare with, and a display without a screen.
TEST_PACKAGES=(ffmpeg xvfb xauth xdotool imagemagick)
RUST_NEEDED=1.95

say() { printf '%s\n' "doublet set-up: $*"; }
fail() {
    printf '%s\n' "doublet set-up: $*" >&2
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | head -c 9)" = installed ]
}

# Installs those of the named Debian packages that are missing: as root, through sudo, or by telling the line to run.
debian_packages() {
    local missing=() package root=()
    for package in "$@"; do
        installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        if have sudo && sudo -n true 2>/dev/null; then
            root=(sudo -n)
        else
            fail "some Debian packages are missing and this user may not install them; run this line, then try again:
sudo apt-get update && sudo apt-get install --no-install-recommends -y ${missing[*]}"
        fi
    fi
    say "installing ${missing[*]}"
    local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    mkdir -p .doublet
    # An update may fail for one source and still leave lists that serve; the install tells.
    "${apt[@]}" update >.doublet/apt.txt 2>&1 || true
    "${apt[@]}" install --no-install-recommends -y "${missing[@]}" >>.doublet/apt.txt 2>&1 ||
        fail "apt-get could not install ${missing[*]}; is there a network? (its words are in .doublet/apt.txt)"
    rm -f .doublet/apt.txt
}

# Other systems: tells what is needed, and goes on when FFmpeg's libraries are there to compile against.
other_system() {
    local lib missing=()
    for lib in libavcodec libavformat libavutil libavfilter libswscale; do
        have pkg-config && pkg-config --exists "$lib" || missing+=("$lib")
    done
    [ ${#missing[@]} -eq 0 ] ||
        fail "this is not a Debian system; please install pkg-config, libclang and FFmpeg's development files" \
            "(missing: ${missing[*]}), and a Vulkan driver with its loader, then try again."
}

rust() {
    have cargo && have rustc ||
        fail "Rust is missing; install Rust $RUST_NEEDED or newer (rustup, rust-lang.org), then try again."
    local version
    version=$(rustc --version | cut -d' ' -f2)
    version=${version%%-*}
    [ "$(printf '%s\n' "$RUST_NEEDED" "$version" | sort -V | head -n1)" = "$RUST_NEEDED" ] ||
        fail "Rust $version is too old, Doublet needs $RUST_NEEDED or newer; run 'rustup update stable', then try again."
    [ "$1" != test ] || { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1 ||
        fail "cargo's fmt or clippy is missing; run 'rustup component add rustfmt clippy', then try again."
}

mode=${1:-run}
case $mode in
build) packages=("${BUILD_PACKAGES[@]}") ;;
run) packages=("${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}") ;;
test) packages=("${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}" "${TEST_PACKAGES[@]}") ;;
*)
    printf '%s\n' "usage: tools/setup.sh [build|run|test]" >&2
    exit 2
    ;;
esac

rust "$mode"
if have dpkg-query && have apt-get; then
    # The fetching of ONNX Runtime needs a Python with pip, which a bare Debian lacks.
    tools/onnxruntime.sh --there || python3 -m pip --version >/dev/null 2>&1 || packages+=(python3 python3-pip)
    debian_packages "${packages[@]}"
else
    other_system
fi
tools/onnxruntime.sh
