// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/result.h"
#include "core/session/session.h"
#include "core/storage/byte_source.h"
#include "core/storage/recording.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace poolscope::storage {

/// Reads a trace in Chrome's Trace Event Format into an empty session: an array, also without its
/// end, or an object; our own exports without loss, others' as far as they have slices on threads.
/// `size` is of the file, `bytes` what is in it, unwrapped. Errors and progress as
/// open_recording().
Result<OpenedRecording> read_chrome_trace(const std::string& path, std::uint64_t size,
                                          std::unique_ptr<ByteSource> bytes,
                                          session::Session& session, const std::stop_token& stop,
                                          const std::function<void(double)>& progress);

}  // namespace poolscope::storage
