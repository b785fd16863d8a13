// SPDX-License-Identifier: Apache-2.0
#include "core/storage/hand_over.h"

#include <algorithm>
#include <cstddef>
#include <span>

namespace poolscope::storage {

void hand_over(session::Session& session, const std::shared_ptr<const trace::Directory>& directory,
               std::vector<trace::Event> events) {
  constexpr std::size_t kBatch = 16 * 1024;
  std::ranges::stable_sort(events, {}, &trace::Event::time_ns);
  const auto sink = session.add_process(directory);
  const std::span<const trace::Event> all(events);
  for (std::size_t begin = 0; begin < all.size(); begin += kBatch) {
    sink->consume(all.subspan(begin, std::min(kBatch, all.size() - begin)));
  }
  sink->consume({});
}

}  // namespace poolscope::storage
