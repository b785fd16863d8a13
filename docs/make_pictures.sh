#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the pictures of the README from the real program: docs/make_pictures.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=app/install.sh
. app/install.sh

# take THEME OUTPUT: the window as a newcomer meets it, after max_workers was raised twice while it ran. Runs inside
# xvfb-run.
take() {
  local program window workers
  openbox &
  sleep 1
  build/release/app/poolscope --theme "$1" --max-workers 1 --size 1440x900 --screenshot "$2" --after 14 --force &
  program=$!
  window=$(xdotool search --sync --onlyvisible --name Poolscope | head -n 1)
  sleep 4
  for workers in 2 3 4 pause 5 6 7 8; do
    if [ "$workers" = pause ]; then sleep 4; continue; fi
    xdotool windowfocus --sync "$window" key plus
  done
  wait "$program"
}

if [ "${1-}" = --take ]; then
  take "$2" "$3"
  exit
fi

need_packages "${build_packages[@]}" xvfb xauth openbox xdotool
configure release
cmake --build --preset release --target poolscope >build/release/build.log
mkdir -p docs/pictures
settings=$(mktemp -d)
trap 'rm -rf "$settings"' EXIT
for theme in dark light; do
  # By this script again: xvfb-run's shell does not pass functions on.
  XDG_CONFIG_HOME=$settings xvfb-run -a -s '-screen 0 1440x900x24' \
    docs/make_pictures.sh --take "$theme" "docs/pictures/window-$theme.png"
  echo "docs/pictures/window-$theme.png"
done
