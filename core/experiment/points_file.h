// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/experiment/usl_fit.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::experiment {

inline constexpr std::uint64_t kMostCountedWorkers = 1'000'000;

/// A user's own measurements as CSV: a first line that names the columns, then a row a measurement.
/// `workers` (a whole number from 1) and `throughput` (0 or more) are read, in any order and among
/// others; rows may come unsorted and counts repeat. Numbers have a decimal point. Errors name
/// `file` and the line: text, NaN, a negative or missing value, a missing column, no row. Threads:
/// any.
Result<std::vector<Measurement>> parse_points(std::string_view csv, const std::string& file);
/// The same of a file, at most 64 MiB; errors also of what is no readable file.
Result<std::vector<Measurement>> read_points(const std::filesystem::path& path);

}  // namespace poolscope::experiment
