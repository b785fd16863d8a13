#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds Release and measures.
#
#   tests/bench.sh [--quick] [--output FILE.json] [--document]
#
# --quick     fewer repetitions, and no figures of Auto: some three minutes
# --output    where the figures go (default build/bench/bench.json)
# --document  replaces the table in docs/performance.md, too
set -euo pipefail
called_from=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=app/install.sh
. app/install.sh

usage() { sed -n '5,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; }
output=$PWD/build/bench/bench.json
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --quick) arguments+=(--quick); shift ;;
    --output) [ $# -ge 2 ] || { say "--output: the file is missing"; exit 2; }
              output=$2; shift 2
              [ "${output#/}" != "$output" ] || output=$called_from/$output ;;
    --document) arguments+=(--document docs/performance.md); shift ;;
    -h|--help) usage; exit 0 ;;
    *) say "$1: unknown argument; usage:"; usage; exit 2 ;;
  esac
done

need_packages "${build_packages[@]}" "${bench_packages[@]}" xvfb xauth ffmpeg
configure bench
say "building (the first time takes some minutes)"
if ! cmake --build --preset bench --target poolscope_benchmarks >build/bench/build.log 2>&1; then
  tail -n 60 build/bench/build.log >&2
  say "the build failed; build/bench/build.log has all of it"
  exit 1
fi

# The window is measured on a display; one in memory will do.
display=()
if [ -z "${DISPLAY-}" ] && [ -z "${WAYLAND_DISPLAY-}" ]; then
  display=(xvfb-run --auto-servernum --server-args '-screen 0 1920x1080x24')
fi
exec "${display[@]}" build/bench/bench/poolscope_bench --output "$output" "${arguments[@]}"
