#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds Poolscope and starts it. Arguments go on to poolscope.
# With no display it runs one batch of the default scenario without a window, and ends.
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=app/install.sh
. app/install.sh

need_packages "${build_packages[@]}"
configure release
say "building (the first time takes some minutes)"
if ! cmake --build --preset release --target poolscope >build/release/build.log 2>&1; then
  tail -n 60 build/release/build.log >&2
  say "the build failed; build/release/build.log has all of it"
  exit 1
fi
program=$PWD/build/release/app/poolscope
cd "$called_from"

has_display() {
  [ -n "${DISPLAY-}" ] || [ -n "${WAYLAND_DISPLAY-}" ] || [ -n "${QT_QPA_PLATFORM-}" ]
}
if [ $# -gt 0 ] || has_display; then
  exec "$program" "$@"
fi

say "there is no display (DISPLAY and WAYLAND_DISPLAY are not set), so no window:"
say "running one batch of the default scenario instead"
"$program" record --scenario web-scraping --output poolscope-demo.pftrace --force
"$program" export poolscope-demo.pftrace --output poolscope-demo.png --force
say "wrote poolscope-demo.pftrace (opens in Poolscope and in the Perfetto UI) and poolscope-demo.png"
