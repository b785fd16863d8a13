// SPDX-License-Identifier: Apache-2.0
#include "core/storage/block_inflater.h"
#include "core/storage/byte_source.h"
#include "core/storage/chrome_reader.h"
#include "core/storage/chrome_splitter.h"
#include "core/storage/foreign_decoder.h"
#include "core/storage/own_decoder.h"
#include "core/storage/packet.h"
#include "core/storage/packet_splitter.h"
#include "core/storage/perfetto_fields.h"
#include "core/storage/recording.h"
#include "core/storage/session_filler.h"
#include "core/storage/wire.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace poolscope::storage {

namespace {

constexpr std::string_view kNotATrace = "is not a trace that Poolscope can read";
constexpr std::string_view kOpenATrace = "open a .pftrace recording, a Perfetto or a Chrome trace";

/// Whether interned data says that its sequence was written by a BlockEncoder.
bool speaks_our_vocabulary(std::string_view interned) {
  protozero::pbf_message<InternedField> message(interned);
  while (
      message.next(InternedField::event_categories, protozero::pbf_wire_type::length_delimited)) {
    if (parse_interned_entry(message.get_view()).text == kMappingCategory) {
      return true;
    }
  }
  return false;
}

class TraceReader {
 public:
  TraceReader(const std::string& path, std::uint64_t size, std::unique_ptr<ByteSource> bytes,
              session::Session& session)
      : path_(path),
        size_(size),
        max_inflated_(inflation_limit(size)),
        max_threads_(thread_limit(size)),
        source_(std::move(bytes)),
        splitter_(*source_),
        session_(session) {}

  Result<OpenedRecording> read(const std::stop_token& stop,
                               const std::function<void(double)>& progress);

 private:
  bool read_packet(std::string_view bytes);
  void read_inflated();
  void read_packets(std::string_view packets);
  void decode(const Packet& packet);
  bool too_large(std::uint64_t more);
  Result<OpenedRecording> conclude();

  const std::string path_;
  const std::uint64_t size_;
  const std::uint64_t max_inflated_;
  const std::uint32_t max_threads_;
  std::unique_ptr<ByteSource> source_;
  PacketSplitter splitter_;
  session::Session& session_;

  BlockInflater inflater_;
  SessionFiller filler_;
  std::map<std::uint32_t, std::unique_ptr<OwnDecoder>> own_;  // by sequence
  std::map<std::uint32_t, bool> is_own_;                      // as its last cleared state says
  ForeignDecoder foreign_;
  OpenedRecording opened_;
  std::uint64_t inflated_ = 0;
  std::uint64_t packets_ = 0;
  bool damaged_ = false;
  bool first_is_bad_ = false;
};

Result<OpenedRecording> TraceReader::read(const std::stop_token& stop,
                                          const std::function<void(double)>& progress) {
  double told = 0;
  while (const auto bytes = splitter_.next()) {
    if (stop.stop_requested()) {
      return failure(path_, "opening was stopped");
    }
    if (!read_packet(*bytes)) {
      break;
    }
    // A wrapped file is larger inside: then it is a guess that grows, but never beyond its end.
    const double done =
        std::min(1.0, static_cast<double>(splitter_.bytes_read()) / static_cast<double>(size_));
    if (progress && done >= told + 0.01) {
      progress(told = done);
    }
  }
  while (!inflater_.empty()) {
    if (stop.stop_requested()) {
      return failure(path_, "opening was stopped");
    }
    read_inflated();
  }
  auto result = conclude();
  if (progress && result) {
    progress(1);
  }
  return result;
}

bool TraceReader::too_large(std::uint64_t more) {
  inflated_ += more;
  damaged_ = damaged_ || inflated_ > max_inflated_;
  return inflated_ > max_inflated_;
}

/// False if the file is larger than is believed.
bool TraceReader::read_packet(std::string_view bytes) {
  if (too_large(bytes.size())) {
    return false;
  }
  ++packets_;
  try {
    const Packet packet = parse_packet(bytes);
    if (packet.compressed || packet.zstd_compressed) {
      if (inflater_.full()) {
        read_inflated();
      }
      inflater_.put(packet.compressed ? *packet.compressed : *packet.zstd_compressed,
                    packet.compressed ? BlockFormat::zlib : BlockFormat::zstd);
      return true;
    }
    while (!inflater_.empty()) {
      read_inflated();  // packets keep their order
    }
    decode(packet);
  } catch (const protozero::exception&) {
    damaged_ = true;
    first_is_bad_ = first_is_bad_ || packets_ == 1;
  }
  return true;
}

/// Decodes the oldest block that is being inflated.
void TraceReader::read_inflated() {
  const std::optional<std::string> packets = inflater_.take();
  if (!packets) {
    damaged_ = true;
  } else if (!too_large(packets->size())) {
    read_packets(*packets);
  }
  for (auto& [sequence, decoder] : own_) {
    decoder->deliver();
  }
}

void TraceReader::read_packets(std::string_view packets) {
  try {
    protozero::pbf_message<TraceField> trace(packets);
    while (trace.next(TraceField::packet, protozero::pbf_wire_type::length_delimited)) {
      const std::string_view bytes = trace.get_view();
      try {
        decode(parse_packet(bytes));
      } catch (const protozero::exception&) {
        damaged_ = true;  // this packet only
      }
    }
  } catch (const protozero::exception&) {
    damaged_ = true;
  }
}

void TraceReader::decode(const Packet& packet) {
  bool& own = is_own_[packet.sequence];
  if ((packet.flags & kStateCleared) != 0) {
    own = packet.sequence != 0 && packet.interned_data &&
          speaks_our_vocabulary(*packet.interned_data);
  }
  if (!own) {
    return foreign_.decode(packet);
  }
  std::unique_ptr<OwnDecoder>& decoder = own_[packet.sequence];
  if (!decoder) {
    decoder = std::make_unique<OwnDecoder>(session_, filler_, packet.sequence, max_threads_);
  }
  decoder->decode(packet, opened_.info);
}

Result<OpenedRecording> TraceReader::conclude() {
  if (packets_ == 0) {
    const bool cut_trace =
        splitter_.first_byte() == kTracePacketTag && may_begin_packet(splitter_.cut_packet());
    const bool cut_wrapper = !splitter_.first_byte() && source_->broken();
    if (!cut_trace && !cut_wrapper) {
      return failure(path_, std::string(kNotATrace), std::string(kOpenATrace));
    }
  }
  for (auto& [sequence, decoder] : own_) {
    decoder->finish();
    damaged_ = damaged_ || decoder->damaged() > 0;
  }
  if (foreign_.records().has_slices()) {
    foreign_.records().tell(session_);
  } else if (own_.empty() && first_is_bad_) {
    return failure(path_, std::string(kNotATrace), std::string(kOpenATrace));
  } else if (own_.empty() && !splitter_.truncated() && !damaged_) {
    return failure(path_, "has no slices on threads to show", std::string(kOpenATrace));
  }
  opened_.missing = foreign_.records().what_is_missing(splitter_.truncated() || damaged_);
  opened_.truncated = !opened_.missing.empty();
  return std::move(opened_);
}

}  // namespace

Result<OpenedRecording> open_recording(const std::filesystem::path& path, session::Session& session,
                                       std::stop_token stop, std::function<void(double)> progress) {
  auto file = open_input(path);
  if (!file) {
    return tl::unexpected(std::move(file.error()));
  }
  constexpr std::size_t kFront = 256;
  auto [front, bytes] = peek(unwrap(std::move(file->bytes)), kFront);
  if (begins_as_json(front)) {
    return read_chrome_trace(path.string(), file->size, std::move(bytes), session, stop, progress);
  }
  return TraceReader(path.string(), file->size, std::move(bytes), session).read(stop, progress);
}

}  // namespace poolscope::storage
