// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/trace/tracer.h"

namespace poolscope::bridge {

/// The tracer of a program that `poolscope run` has started: what its pools do is seen there. Null
/// without Poolscope, which for an executor means no instrumentation and no cost:
///
///     poolscope::ThreadPoolExecutor pool({.tracer =
///     poolscope::bridge::tracer_from_environment()});
///
/// One a process, connected by the first call, and alive until the process ends; what is told after
/// main() has returned may be lost. A child of fork() is not watched. Threads: any. Never throws.
trace::Tracer* tracer_from_environment() noexcept;

}  // namespace poolscope::bridge
