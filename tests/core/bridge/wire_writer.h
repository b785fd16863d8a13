// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/bridge/wire.h"
#include "core/trace/event.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace poolscope::testing {

/// Bytes as a client sends them.
class WireWriter {
 public:
  WireWriter& record(const trace::Event& event) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof event);
    std::memcpy(bytes_.data() + at, &event, sizeof event);
    return *this;
  }
  WireWriter& text(trace::Event head, bridge::WireKind kind, std::string_view text) {
    head.kind = static_cast<trace::EventKind>(kind);
    head.detail = text.size() | (std::uint64_t{bridge::kTextMagic} << 32);
    record(head);
    const std::size_t at = bytes_.size();
    bytes_.resize(at + (text.size() + 31) / 32 * 32);
    std::memcpy(bytes_.data() + at, text.data(), text.size());
    return *this;
  }
  WireWriter& hello(std::uint64_t pid, std::string_view command = "python3 test.py",
                    std::uint16_t version = bridge::kWireVersion) {
    return text({.time_ns = 1, .task = pid, .pool = version}, bridge::WireKind::hello, command);
  }
  WireWriter& name(std::uint64_t id, std::string_view name) {
    return text({.task = id}, bridge::WireKind::name, name);
  }
  WireWriter& thread(std::uint64_t id, std::string_view name, std::uint64_t os_id = 77) {
    return text({.time_ns = os_id, .task = id}, bridge::WireKind::thread, name);
  }
  WireWriter& bye(std::uint64_t untold = 0) {
    return record({.time_ns = 9,
                   .kind = static_cast<trace::EventKind>(bridge::WireKind::bye),
                   .detail = untold});
  }
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace poolscope::testing
