#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds and runs the tests.
#
#   tests/run.sh [-R NAME] [--full]
#
# -R NAME  only the tests whose name matches (core.session, ui.timeline, e2e), without sanitizers
# --full   the long ones too: stress, and every program under each sanitizer
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=app/install.sh
. app/install.sh

usage() { sed -n '5,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; }
only='' full=0
while [ $# -gt 0 ]; do
  case $1 in
    -R) [ $# -ge 2 ] || { say "-R: the name is missing; give part of a test's name"; exit 2; }
        only=$2; shift 2 ;;
    --full) full=1; shift ;;
    -h|--help) usage; exit 0 ;;
    *) say "$1: unknown argument; usage:"; usage; exit 2 ;;
  esac
done

need_packages "${build_packages[@]}" "${test_packages[@]}"
strict=()
[ -n "${CI-}" ] && strict=(-DCMAKE_COMPILE_WARNING_AS_ERROR=ON)
[ "$full" = 1 ] && export POOLSCOPE_TEST_FULL=1
jobs=$(nproc)

# run_preset PRESET TEST-REGEX [programs]: with "programs" only those of the tests are built.
run_preset() {
  local preset=$1 tests=$2 targets=()
  configure "$preset" "${strict[@]}"
  if [ "${3-}" = programs ]; then
    mapfile -t targets < <(ctest --preset "$preset" -N -R "$tests" | sed -n 's/^ *Test *#[0-9]*: //p')
    [ ${#targets[@]} -gt 0 ] || { say "no test of $preset is called $tests"; exit 1; }
  fi
  say "building $preset"
  cmake --build --preset "$preset" ${targets:+--target "${targets[@]}"} -- -k 0 \
    >"build/$preset/build.log" 2>&1 || {
    tail -n 80 "build/$preset/build.log" >&2
    say "the $preset build failed; build/$preset/build.log has all of it"
    exit 1
  }
  say "testing $preset"
  ctest --preset "$preset" -j "$jobs" -R "$tests" --no-tests=error
}

run_preset release "${only:-.}"
[ -n "$only" ] && exit 0

if [ "$full" = 1 ]; then
  run_preset asan .
  run_preset tsan .
else
  run_preset asan '^core\.' programs
  # What shares nothing with another thread is left to --full.
  run_preset tsan '^core\.(trace|executor|workload|session\.(session|find_tasks|stalls_of_pools)|storage\.(recorder|round_trip|foreign_trace))' programs
fi
say "all tests passed"
