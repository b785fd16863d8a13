#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the pictures of the README from the real program: docs/make_pictures.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=app/install.sh
. app/install.sh
need_packages "${build_packages[@]}" xvfb xauth openbox xdotool

configure release
cmake --build --preset release --target poolscope >build/release/build.log
mkdir -p docs/pictures
settings=$(mktemp -d)
trap 'rm -rf "$settings"' EXIT

# The window as a newcomer meets it, after max_workers was raised twice while it ran. Runs inside xvfb-run.
take() {
  local theme=$1 output=$2 program window workers
  openbox &
  sleep 1
  build/release/app/poolscope --theme "$theme" --max-workers 1 --size 1440x900 --screenshot "$output" \
    --after 14 --force &
  program=$!
  window=$(xdotool search --sync --onlyvisible --name Poolscope | head -n 1)
  sleep 4
  for workers in 2 3 4 pause 5 6 7 8; do
    if [ "$workers" = pause ]; then sleep 4; continue; fi
    xdotool windowfocus --sync "$window" key plus
  done
  wait "$program"
}
export -f take

for theme in dark light; do
  XDG_CONFIG_HOME=$settings xvfb-run -a -s '-screen 0 1440x900x24' \
    bash -c "take $theme docs/pictures/window-$theme.png"
  echo "docs/pictures/window-$theme.png"
done
