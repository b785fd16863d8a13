// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/workload/random.h"
#include "core/workload/scenario.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace poolscope::workload {

/// A quantity as scenario files write it, or why it is none: a phrase that follows the key's name
/// ("must not be negative"). Never depends on the locale. Threads: any.
template <typename T>
using Parsed = tl::expected<T, std::string>;

/// The longest duration that is accepted and the longest that is drawn: a day.
inline constexpr Nanoseconds kLongestDuration = std::chrono::hours(24);
inline constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 30;

/// "250ns", "3us", "20ms", "1.5s", "2min", "1h"; "0" needs no unit.
Parsed<Nanoseconds> parse_duration(std::string_view text);
/// A duration, or uniform(a, b), exponential(mean), lognormal(median, sigma), pareto(min, alpha).
Parsed<DurationSpec> parse_duration_spec(std::string_view text);
/// "50/s", "3000/min", "20/h": events a second, above 0, at most a million.
Parsed<double> parse_rate(std::string_view text);
/// "4096", "64KiB", "1.5MiB", "1GiB", also kB and MB (powers of ten); at most kLargestFile.
Parsed<std::uint64_t> parse_byte_count(std::string_view text);

/// One draw, between 0 and kLongestDuration. Takes the same number of random numbers each time.
Nanoseconds draw(const DurationSpec& spec, Random& random);

}  // namespace poolscope::workload
