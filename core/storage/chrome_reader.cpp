// SPDX-License-Identifier: Apache-2.0
#include "core/storage/chrome_reader.h"

#include "core/storage/chrome_event.h"
#include "core/storage/chrome_mapping.h"
#include "core/storage/chrome_own_events.h"
#include "core/storage/chrome_slices.h"
#include "core/storage/chrome_splitter.h"
#include "core/storage/json_surrogates.h"
#include "core/storage/vocabulary.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace poolscope::storage {

namespace {

/// Ids that stand for threads and processes whose own are no numbers.
constexpr std::int64_t kInventedId = std::int64_t{1} << 40;

class ChromeReader {
 public:
  ChromeReader(const std::string& path, std::uint64_t size, ByteSource& bytes,
               session::Session& session)
      : path_(path),
        size_(size),
        max_threads_(thread_limit(size)),
        splitter_(bytes, inflation_limit(size)),
        session_(session) {}

  Result<OpenedRecording> read(const std::stop_token& stop,
                               const std::function<void(double)>& progress);

 private:
  void read_item(const ChromeSplitter::Item& item);
  bool parse(std::string_view text, simdjson::dom::element& json);
  void read_other_data(simdjson::dom::element json);
  void read_event(const ChromeEvent& event);
  void read_metadata(const ChromeEvent& event);
  void read_flow(const ChromeEvent& event, std::uint64_t track);
  std::optional<std::uint64_t> track_of(const ChromeEvent& event);
  std::int64_t id_of(std::optional<std::int64_t> number, std::string_view text);
  SliceNotes notes_of(const ChromeEvent& event);
  Result<OpenedRecording> conclude();

  const std::string path_;
  const std::uint64_t size_;
  const std::uint32_t max_threads_;
  ChromeSplitter splitter_;
  session::Session& session_;
  simdjson::dom::parser parser_;

  OpenedRecording opened_;
  std::optional<ChromeOwnEvents> own_;
  ChromeSlices slices_;
  SliceRecords records_;
  std::unordered_map<std::string, std::int64_t> invented_ids_;
  std::unordered_map<std::string, std::uint64_t> flow_ids_;
  bool damaged_ = false;
};

Result<OpenedRecording> ChromeReader::read(const std::stop_token& stop,
                                           const std::function<void(double)>& progress) {
  double told = 0;
  while (const auto item = splitter_.next()) {
    if (stop.stop_requested()) {
      return failure(path_, "opening was stopped");
    }
    read_item(*item);
    const double done =
        std::min(1.0, static_cast<double>(splitter_.bytes_read()) / static_cast<double>(size_));
    if (progress && done >= told + 0.01) {
      progress(told = done);
    }
  }
  auto result = conclude();
  if (progress && result) {
    progress(1);
  }
  return result;
}

/// `text` must be followed by the splitter's padding.
bool ChromeReader::parse(std::string_view text, simdjson::dom::element& json) {
  static_assert(ChromeSplitter::kPadding >= simdjson::SIMDJSON_PADDING);
  if (parser_.parse(text.data(), text.size(), false).get(json) == simdjson::SUCCESS) {
    return true;
  }
  const auto mended = without_lone_surrogates(text, ChromeSplitter::kPadding);
  return mended && parser_.parse(mended->data(), text.size(), false).get(json) == simdjson::SUCCESS;
}

void ChromeReader::read_item(const ChromeSplitter::Item& item) {
  simdjson::dom::element json;
  if (!parse(item.text, json)) {
    damaged_ = true;
    return;
  }
  if (item.kind == ChromeSplitter::Item::Kind::other_data) {
    read_other_data(json);
    return;
  }
  const auto event = parse_chrome_event(json);
  if (!event) {
    damaged_ = true;
  } else if (own_) {
    damaged_ = !own_->read(*event) || damaged_;
  } else {
    read_event(*event);
  }
}

void ChromeReader::read_other_data(simdjson::dom::element json) {
  simdjson::dom::object members;
  if (json.get(members) != simdjson::SUCCESS) {
    return;
  }
  bool ours = false;
  std::uint64_t begin_ns = 0;
  RecordingInfo info;
  for (const auto [key, value] : members) {
    const std::string_view text = json_text(value);
    if (key == chrome::kMapping) {
      ours = text == chrome::kMappingValue;
    } else if (key == chrome::kBegin) {
      begin_ns = json_count(value).value_or(0);
    } else if (key.starts_with(kSettingPrefix)) {
      info.settings[std::string(key.substr(kSettingPrefix.size()))] = text;
    } else if (annotation_of(key) == Annotation::version) {
      info.version = text;
    } else if (annotation_of(key) == Annotation::scenario_name) {
      info.scenario_name = text;
    } else if (annotation_of(key) == Annotation::scenario_toml) {
      info.scenario_toml = text;
    }
  }
  constexpr std::uint64_t kMostBegin = std::uint64_t{1} << 62;
  if (ours && !own_ && slices_.track_count() == 0 && begin_ns < kMostBegin) {
    own_.emplace(begin_ns, max_threads_);
    opened_.info = std::move(info);
  }
}

std::int64_t ChromeReader::id_of(std::optional<std::int64_t> number, std::string_view text) {
  if (number || text.empty()) {
    return number.value_or(0);
  }
  const auto next = kInventedId + static_cast<std::int64_t>(invented_ids_.size());
  return invented_ids_.emplace(text, next).first->second;
}

/// Nothing if the trace has more threads than is believed.
std::optional<std::uint64_t> ChromeReader::track_of(const ChromeEvent& event) {
  const std::size_t before = slices_.track_count();
  if (before >= max_threads_) {
    damaged_ = true;
    return {};
  }
  const std::uint64_t track =
      slices_.track(id_of(event.pid_number, event.pid), id_of(event.tid_number, event.tid));
  if (slices_.track_count() > before && !event.tid_number && !event.tid.empty()) {
    slices_.set_thread_name(track, event.tid);
  }
  return track;
}

void ChromeReader::read_event(const ChromeEvent& event) {
  if (event.phase == 'M') {
    read_metadata(event);
    return;
  }
  constexpr std::string_view kOfThreads = "BEXstf";
  if (kOfThreads.find(event.phase) == std::string_view::npos) {
    damaged_ = damaged_ || event.phase == '\0';
    return;
  }
  const auto track = event.time_ns ? track_of(event) : std::nullopt;
  if (!track) {
    damaged_ = true;  // without a time it happened nowhere
    return;
  }
  const std::uint32_t name = records_.text_id(bounded_text(event.name));
  switch (event.phase) {
    case 'B':
      slices_.add_begin(*track, *event.time_ns, name);
      break;
    case 'E':
      slices_.add_end(*track, *event.time_ns, notes_of(event));
      break;
    case 'X':
      records_.add_odd(event.duration_ns.value_or(0) < 0 ? 1 : 0);
      slices_.add_slice(*track, *event.time_ns,
                        std::max<std::int64_t>(0, event.duration_ns.value_or(0)), name,
                        notes_of(event));
      break;
    default:
      read_flow(event, *track);
  }
}

void ChromeReader::read_metadata(const ChromeEvent& event) {
  if (!event.arguments || (event.name != "process_name" && event.name != "thread_name")) {
    return;
  }
  simdjson::dom::element name;
  if (event.arguments->at_key("name").get(name) != simdjson::SUCCESS) {
    return;
  }
  const std::string_view text = bounded_text(json_text(name));
  if (event.name == "process_name") {
    records_.set_process(id_of(event.pid_number, event.pid), text);
  } else if (const auto track = track_of(event); track && !text.empty()) {
    slices_.set_thread_name(*track, text);
  }
}

/// Flows are the same where category, name and id are.
void ChromeReader::read_flow(const ChromeEvent& event, std::uint64_t track) {
  std::string key(event.category);
  key += '\n';
  key += event.name;
  key += '\n';
  key += event.id;
  const std::uint64_t id = flow_ids_.emplace(std::move(key), flow_ids_.size() + 1).first->second;
  const auto kind = event.phase == 's'   ? ChromeSlices::FlowKind::start
                    : event.phase == 't' ? ChromeSlices::FlowKind::step
                                         : ChromeSlices::FlowKind::end;
  slices_.add_flow(track, *event.time_ns, id, kind, event.binds_to_enclosing);
}

SliceNotes ChromeReader::notes_of(const ChromeEvent& event) {
  SliceNotes notes;
  notes.cpu_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(0, event.cpu_ns.value_or(0)));
  if (!event.arguments) {
    return notes;
  }
  for (const auto [key, value] : *event.arguments) {
    switch (annotation_of(key)) {
      case Annotation::outcome:
        notes.outcome = records_.text_id(bounded_text(json_text(value)));
        break;
      case Annotation::error:
        notes.error = records_.text_id(bounded_text(json_text(value)));
        break;
      case Annotation::cpu_ns:
        notes.cpu_ns = json_count(value).value_or(0);
        break;
      default:
        break;
    }
  }
  return notes;
}

Result<OpenedRecording> ChromeReader::conclude() {
  constexpr const char* kAdvice = "open a .pftrace recording, a Perfetto or a Chrome trace";
  if (!splitter_.is_trace()) {
    return failure(path_, "is not a trace that Poolscope can read", kAdvice);
  }
  damaged_ = damaged_ || splitter_.damaged();
  if (own_) {
    own_->tell(session_);
  } else {
    slices_.tell(records_);
    records_.add_odd(slices_.odd());
    if (records_.has_slices()) {
      records_.tell(session_);
    } else {
      return failure(path_, "has no slices on threads to show", kAdvice);
    }
  }
  opened_.missing = records_.what_is_missing(damaged_);
  opened_.truncated = !opened_.missing.empty();
  return std::move(opened_);
}

}  // namespace

Result<OpenedRecording> read_chrome_trace(const std::string& path, std::uint64_t size,
                                          std::unique_ptr<ByteSource> bytes,
                                          session::Session& session, const std::stop_token& stop,
                                          const std::function<void(double)>& progress) {
  return ChromeReader(path, size, *bytes, session).read(stop, progress);
}

}  // namespace poolscope::storage
