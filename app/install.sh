#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What Poolscope needs from the system, and how to get it. Sourced by app/run.sh, tests/run.sh and tests/bench.sh.
# The names are the same in Debian 12 and Ubuntu 24.04.

# shellcheck disable=SC2034  # the lists are read by the scripts that source this
build_packages=(
  g++ cmake ninja-build ccache pkg-config
  qt6-base-dev qt6-base-dev-tools qt6-svg-dev
  libcurl4-openssl-dev libboost-dev ca-certificates
  libprotozero-dev zlib1g-dev libdeflate-dev libzstd-dev libsimdjson-dev
  libtomlplusplus-dev libcli11-dev libexpected-dev libeigen3-dev
  fonts-inter fonts-jetbrains-mono
)
test_packages=(
  xvfb xauth x11-utils xdotool openbox imagemagick protobuf-compiler dbus locales python3
  at-spi2-core ffmpeg librsvg2-bin
)
# The interpreter's own tests run under Poolscope, too; their package is named by its version.
python_version=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null ||
  { grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null && echo 3.12 || echo 3.11; })
test_packages+=("libpython$python_version-testsuite")
# Ubuntu has Chromium as a snap only; there the test of exported pages is skipped.
grep -qs '^ID=debian' /etc/os-release && test_packages+=(chromium chromium-driver)
bench_packages=(libbenchmark-dev libtbb-dev python3)

say() { printf 'poolscope: %s\n' "$*" >&2; }

# need_packages NAME...: installs those that are missing; says which. Nothing missing: no work at all.
need_packages() {
  local missing=() name sudo=()
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    need_by_hand
    return
  fi
  for name in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "these packages are missing: ${missing[*]}; install them as root (apt-get install), then run this again"
      exit 1
    fi
    sudo=(sudo)
  fi
  say "installing ${missing[*]}"
  if ! { "${sudo[@]}" apt-get update -qq &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      "${missing[@]}" >/dev/null; }; then
    say "could not install: ${missing[*]}; see the lines above, install them by hand, then run this again"
    exit 1
  fi
}

# Another system than Debian or Ubuntu: says what to install, once, and goes on if the tools at least are there.
need_by_hand() {
  local tool missing=()
  for tool in g++ cmake ninja pkg-config; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [ ${#missing[@]} -eq 0 ] && return
  cat >&2 <<'TEXT'
poolscope: this system has no apt-get. Please install, by its own package manager:
  a C++20 compiler (g++ 12 or newer), CMake 3.25 or newer, Ninja, pkg-config; ccache if you like
  Qt 6.4 or newer with its development files: Widgets, Svg, DBus, Test
  libcurl, Boost 1.74 or newer (headers), protozero, zlib, libdeflate, zstd, simdjson
  toml++ 3.3 or newer, CLI11 2.1 or newer, tl-expected, Eigen 3
  the fonts Inter and JetBrains Mono
TEXT
  say "still missing: ${missing[*]}; install them, then run this again"
  exit 1
}

# configure PRESET [CMAKE-ARGUMENT...]: once; ninja notices later changes by itself.
configure() {
  local preset=$1 log=build/$1/configure.log
  shift
  [ -f "build/$preset/build.ninja" ] && [ $# -eq 0 ] && return
  mkdir -p "build/$preset"
  if ! cmake --preset "$preset" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    say "could not configure build/$preset; the lines above say why"
    exit 1
  fi
}
