// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace poolscope::experiment {

/// A number for people, with three or so digits and a decimal point whatever the locale: "0.123",
/// "39.5", "396", "12345"; "1.2e+15" and "5e-05" of what is larger or smaller. Threads: any.
std::string shown(double value);
/// Four digits that count: "0.02773", "1.234e-05".
std::string significant(double value);
/// "4.2 %".
std::string shown_percent(double share);
/// "850 us", "50.1 ms", "2.50 s".
std::string shown_seconds(double seconds);
/// "1 worker", "8 workers".
std::string workers_text(std::uint64_t workers);

}  // namespace poolscope::experiment
