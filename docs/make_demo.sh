#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the demo of twenty seconds from docs/demo.toml, as a video and as a page: docs/make_demo.sh [FOLDER]
set -euo pipefail
folder=$(realpath "${1-.}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=app/install.sh
. app/install.sh

need_packages "${build_packages[@]}" ffmpeg
configure release
cmake --build --preset release --target poolscope >build/release/build.log
for ending in mp4 html; do
  build/release/app/poolscope export docs/demo.toml --output "$folder/poolscope-demo.$ending" --force
  echo "$folder/poolscope-demo.$ending"
done
