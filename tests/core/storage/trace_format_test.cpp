// SPDX-License-Identifier: Apache-2.0
#include "core/storage/block_packing.h"
#include "core/storage/packet.h"
#include "core/storage/perfetto_fields.h"
#include "core/storage/recording.h"
#include "core/storage/wire.h"
#include "event_samples.h"

#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <optional>
#include <set>

using namespace poolscope;
using namespace poolscope::storage;
using protozero::pbf_message;

namespace {

/// What another reader of the format sees of an event, found out with nothing of our own reader but
/// single messages.
struct SeenEvent {
  std::uint64_t time_ns = 0;
  std::int32_t type = 0;
  std::uint64_t track = 0;
  std::string name = {};
  std::vector<std::uint64_t> flows = {};
  std::vector<std::uint64_t> terminating_flows = {};
};

struct SeenTrace {
  std::vector<SeenEvent> events = {};
  std::set<std::uint64_t> tracks = {};
  std::vector<std::string> problems = {};
  std::size_t largest_block = 0;
  std::size_t blocks = 0;
  std::string plain = {};  // all packets, out of their blocks
};

/// Follows the rules of Perfetto for one sequence.
class OutsideReader {
 public:
  SeenTrace read(std::string_view file) {
    pbf_message<TraceField> trace(file);
    while (trace.next()) {
      const std::string_view bytes = trace.get_view();
      const Packet packet = parse_packet(bytes);
      if (packet.compressed) {
        const auto packets = unpack_block(*packet.compressed, BlockFormat::zlib);
        if (!packets) {
          problem("a block that cannot be inflated");
          continue;
        }
        ++seen_.blocks;
        seen_.largest_block = std::max(seen_.largest_block, packets->size());
        seen_.plain += *packets;
        read_block(*packets);
      } else {
        problem("a packet outside of blocks");
      }
    }
    return std::move(seen_);
  }

 private:
  void problem(std::string text) { seen_.problems.push_back(std::move(text)); }

  void read_block(std::string_view packets) {
    pbf_message<TraceField> trace(packets);
    bool first = true;
    block_tracks_.clear();
    while (trace.next()) {
      const Packet packet = parse_packet(trace.get_view());
      if (std::exchange(first, false) && packet.flags != kStateCleared) {
        problem("a block that does not stand alone");
      }
      if ((packet.flags & kStateCleared) != 0) {
        names_.clear();
        default_clock_ = kClockBoottime;
        clock_.reset();
      }
      if (packet.defaults) {
        pbf_message<DefaultsField> defaults(*packet.defaults);
        while (defaults.next(DefaultsField::timestamp_clock_id)) {
          default_clock_ = defaults.get_uint32();
        }
      }
      if (packet.interned_data) {
        read_names(*packet.interned_data);
      }
      if (packet.clock_snapshot) {
        read_clocks(*packet.clock_snapshot);
        continue;
      }
      if (packet.track_descriptor) {
        read_track(*packet.track_descriptor);
      }
      if (packet.track_event) {
        read_event(packet);
      }
    }
  }

  void read_names(std::string_view data) {
    pbf_message<InternedField> message(data);
    while (message.next()) {
      const auto list = static_cast<std::uint32_t>(message.tag());
      const InternedEntry entry = parse_interned_entry(message.get_view());
      if (entry.iid == 0) {
        problem("an interned id of 0");
      }
      names_[{list, entry.iid}] = entry.text;
    }
  }

  void read_clocks(std::string_view data) {
    std::set<std::uint32_t> ids;
    pbf_message<ClockSnapshotField> message(data);
    while (message.next()) {
      const ClockReading clock = parse_clock(message.get_view());
      ids.insert(clock.id);
      if (clock.id == kFirstSequenceClock) {
        clock_ = clock.time;
        if (!clock.incremental) {
          problem("a delta clock that is not incremental");
        }
      }
    }
    if (ids != std::set<std::uint32_t>{1, 3, 6, 64}) {
      problem("a clock snapshot without all clocks");
    }
  }

  void read_track(std::string_view data) {
    pbf_message<TrackField> message(data);
    std::optional<std::uint64_t> uuid;
    while (message.next()) {
      if (message.tag() == TrackField::uuid) {
        uuid = message.get_uint64();
      } else {
        message.skip();
      }
    }
    if (!uuid) {
      problem("a track without an uuid");
    } else {
      seen_.tracks.insert(*uuid);
      block_tracks_.insert(*uuid);
    }
  }

  void need(InternedField list, std::uint64_t iid) {
    if (!names_.contains({static_cast<std::uint32_t>(list), iid})) {
      problem("an interned id used before it is given");
    }
  }

  void read_event(const Packet& packet) {
    SeenEvent event;
    if (packet.flags != kNeedsState || !packet.timestamp || !clock_) {
      problem("an event without its state");
      return;
    }
    if (packet.clock_id.value_or(default_clock_) == kFirstSequenceClock) {
      *clock_ += *packet.timestamp;
      event.time_ns = *clock_;
    } else {
      event.time_ns = *packet.timestamp;
    }
    pbf_message<EventField> message(*packet.track_event);
    while (message.next()) {
      switch (message.tag()) {
        case EventField::type:
          event.type = message.get_int32();
          break;
        case EventField::track_uuid:
          event.track = message.get_uint64();
          break;
        case EventField::name_iid: {
          const std::uint64_t iid = message.get_uint64();
          need(InternedField::event_names, iid);
          event.name = names_[{static_cast<std::uint32_t>(InternedField::event_names), iid}];
          break;
        }
        case EventField::category_iids:
          need(InternedField::event_categories, message.get_uint64());
          break;
        case EventField::flow_ids:
          event.flows.push_back(message.get_fixed64());
          break;
        case EventField::terminating_flow_ids:
          event.terminating_flows.push_back(message.get_fixed64());
          break;
        case EventField::debug_annotations: {
          const AnnotationEntry entry = parse_annotation(message.get_view());
          if (entry.name.empty()) {
            need(InternedField::debug_annotation_names, entry.name_iid);
          }
          if (entry.text_iid != 0) {
            need(InternedField::debug_annotation_string_values, entry.text_iid);
          }
          break;
        }
        default:
          message.skip();
      }
    }
    if (!block_tracks_.contains(event.track)) {
      problem("an event on a track that its block does not describe");
    }
    seen_.events.push_back(std::move(event));
  }

  SeenTrace seen_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::string> names_;
  std::set<std::uint64_t> block_tracks_;
  std::uint32_t default_clock_ = 0;
  std::optional<std::uint64_t> clock_;
};

constexpr int kBegin = 1;
constexpr int kEnd = 2;
constexpr int kInstant = 3;
constexpr int kCounter = 4;

}  // namespace

/// What a recording is to other programs: a Perfetto trace by its rules.
class TraceFormatTest : public QObject {
  Q_OBJECT

 private:
  SeenTrace save_and_see(const SimulatedPool& pool, std::span<const trace::Event> events);
  QTemporaryDir folder_;

 private slots:
  void recording_byTheRules_hasNoProblem();
  void slices_onEachTrack_areBalancedAndNested();
  void slices_withLostEnds_areBalancedAllTheSame();
  void flows_ofTasks_beginOnceAndEndOnce();
  void slices_ofTasks_carryTheTasksNames();
  void counters_ofThePool_endAtTheTruth();
  void protoc_decodesAll_withNoUnknownField();
};

SeenTrace TraceFormatTest::save_and_see(const SimulatedPool& pool,
                                        std::span<const trace::Event> events) {
  const auto session = session_of(pool.directory, events);
  const std::filesystem::path path = folder_.filePath("sample.pftrace").toStdString();
  const auto saved = save_recording(*session->snapshot(), path,
                                    {.info = {.version = "1",
                                              .scenario_name = "s",
                                              .scenario_toml = "t",
                                              .settings = {{"a", "b"}}},
                                     .overwrite = true});
  if (!saved) {
    return {.problems = {saved.error().message()}};
  }
  return OutsideReader().read(read_file(path));
}

void TraceFormatTest::recording_byTheRules_hasNoProblem() {
  const SimulatedPool pool({.tasks = 30'000, .workers = 16, .phases = true, .failures = true});
  const SeenTrace seen = save_and_see(pool, pool.events);
  for (const std::string& problem : seen.problems) {
    qWarning("%s", problem.c_str());
  }
  QVERIFY(seen.problems.empty());
  QVERIFY(seen.blocks > 10);
  QVERIFY(seen.largest_block <= std::size_t{256} * 1024);
  // Every time is there, though most are told as distances.
  std::multiset<std::uint64_t> times;
  for (const SeenEvent& event : seen.events) {
    times.insert(event.time_ns);
  }
  for (const trace::Event& event : pool.events) {
    QVERIFY(times.contains(event.time_ns));
  }
}

void TraceFormatTest::slices_onEachTrack_areBalancedAndNested() {
  const SimulatedPool pool({.tasks = 5'000, .workers = 8, .phases = true});
  const SeenTrace seen = save_and_see(pool, pool.events);
  std::map<std::uint64_t, int> depth;
  std::size_t begins = 0;
  for (const SeenEvent& event : seen.events) {
    if (event.type == kBegin) {
      ++begins;
      ++depth[event.track];
    } else if (event.type == kEnd) {
      QVERIFY(--depth[event.track] >= 0);
    }
  }
  QCOMPARE(begins, std::size_t{3 * 5'000});
  for (const auto& [track, open] : depth) {
    QCOMPARE(open, 0);
  }
}

void TraceFormatTest::slices_withLostEnds_areBalancedAllTheSame() {
  SimulatedPool pool({.tasks = 500, .workers = 2, .phases = true});
  std::size_t n = 0;
  std::erase_if(pool.events, [&](const trace::Event& event) {
    return event.kind == trace::EventKind::phase_end ||
           (event.kind == trace::EventKind::task_finished && ++n % 3 == 0);
  });
  const SeenTrace seen = save_and_see(pool, pool.events);
  std::map<std::uint64_t, int> depth;
  for (const SeenEvent& event : seen.events) {
    if (event.type == kBegin) {
      QVERIFY(++depth[event.track] <= 3);  // a task, its phase, its wait: never tasks in tasks
    } else if (event.type == kEnd) {
      QVERIFY(--depth[event.track] >= 0);
    }
  }
}

void TraceFormatTest::flows_ofTasks_beginOnceAndEndOnce() {
  const SimulatedPool pool({.tasks = 2'000, .workers = 8});
  SeenTrace seen = save_and_see(pool, pool.events);
  std::stable_sort(seen.events.begin(), seen.events.end(),
                   [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
  std::map<std::uint64_t, std::vector<int>> uses;  // types, in time order; -1: terminated
  for (const SeenEvent& event : seen.events) {
    for (const std::uint64_t flow : event.flows) {
      uses[flow].push_back(event.type);
    }
    for (const std::uint64_t flow : event.terminating_flows) {
      uses[flow].push_back(-1);
    }
  }
  QCOMPARE(uses.size(), std::size_t{2'000});
  for (const auto& [flow, types] : uses) {
    QCOMPARE(types, (std::vector<int>{kInstant, kBegin, -1}));
  }
}

void TraceFormatTest::slices_ofTasks_carryTheTasksNames() {
  const SimulatedPool pool({.tasks = 1'000, .names = 30});
  const SeenTrace seen = save_and_see(pool, pool.events);
  std::map<std::uint64_t, std::string> queued;
  std::size_t compared = 0;
  for (const SeenEvent& event : seen.events) {
    if (event.type == kInstant && !event.flows.empty()) {
      queued[event.flows[0]] = event.name;
    } else if (event.type == kBegin && !event.flows.empty()) {
      QCOMPARE(event.name, queued[event.flows[0]]);
      QVERIFY(event.name.starts_with("fetch page "));
      ++compared;
    }
  }
  QCOMPARE(compared, std::size_t{1'000});
}

void TraceFormatTest::counters_ofThePool_endAtTheTruth() {
  const SimulatedPool pool({.tasks = 30'000, .workers = 3});
  const SeenTrace seen = save_and_see(pool, pool.events);
  std::map<std::uint64_t, std::vector<std::uint64_t>> times;
  for (const SeenEvent& event : seen.events) {
    if (event.type == kCounter) {
      times[event.track].push_back(event.time_ns);
    }
  }
  const std::uint64_t depth = kCounterTracks + 4;
  QVERIFY(times[depth].size() > 5);
  QCOMPARE(times[depth + 1].size(), std::size_t{1});  // max_workers, once
  const std::uint64_t length = pool.events.back().time_ns - pool.events.front().time_ns;
  QVERIFY(times[depth].size() <= length / 1'000'000 + seen.blocks);  // at most 1 kHz
}

void TraceFormatTest::protoc_decodesAll_withNoUnknownField() {
  const QString protoc = QStandardPaths::findExecutable(QStringLiteral("protoc"));
  if (protoc.isEmpty()) {
    QSKIP("protoc is not installed (protobuf-compiler)");
  }
  const SimulatedPool pool({.tasks = 300, .phases = true, .failures = true});
  const SeenTrace seen = save_and_see(pool, pool.events);
  QProcess process;
  process.start(protoc, {QStringLiteral("--decode=pv.Trace"), QStringLiteral("-I"),
                         QStringLiteral(POOLSCOPE_TEST_DATA),
                         QStringLiteral(POOLSCOPE_TEST_DATA "/track_event_min.proto")});
  process.write(seen.plain.data(), static_cast<qint64>(seen.plain.size()));
  process.closeWriteChannel();
  QVERIFY(process.waitForFinished(60'000));
  QCOMPARE(process.exitCode(), 0);
  const QByteArray text = process.readAllStandardOutput();
  QVERIFY(text.count("track_event {") > 300 * 3);
  QVERIFY(text.contains("poolscope.mapping.1"));
  for (const QByteArray& line : text.split('\n')) {
    const QByteArray field = line.trimmed();
    QVERIFY2(field.isEmpty() || field[0] == '}' || (field[0] >= 'a' && field[0] <= 'z'),
             field.constData());
  }
}

QTEST_GUILESS_MAIN(TraceFormatTest)
#include "trace_format_test.moc"
