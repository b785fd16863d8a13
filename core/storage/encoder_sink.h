// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/storage/block_encoder.h"
#include "core/trace/event.h"

#include <span>

namespace poolscope::storage {

/// Hands what a snapshot rebuilds to an encoder. Threads: as the encoder.
class EncoderSink final : public trace::Sink {
 public:
  explicit EncoderSink(BlockEncoder& encoder) : encoder_(encoder) {}
  void consume(std::span<const trace::Event> events) override {
    for (const trace::Event& event : events) {
      encoder_.add(event);
    }
  }

 private:
  BlockEncoder& encoder_;
};

}  // namespace poolscope::storage
