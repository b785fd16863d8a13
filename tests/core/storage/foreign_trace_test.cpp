// SPDX-License-Identifier: Apache-2.0
#include "core/storage/perfetto_fields.h"
#include "core/storage/recording.h"
#include "core/storage/wire.h"
#include "event_samples.h"

#include <QTemporaryDir>
#include <QTest>

using namespace poolscope;
using namespace poolscope::storage;
using protozero::pbf_builder;

namespace {

/// A trace as another program might write it.
class OtherTrace {
 public:
  template <typename Fill>
  OtherTrace& packet(Fill fill) {
    pbf_builder<TraceField> trace(bytes);
    pbf_builder<PacketField> packet(trace, TraceField::packet);
    fill(packet);
    return *this;
  }
  OtherTrace& thread(std::uint64_t uuid, int pid, int tid, const char* name) {
    return packet([&](pbf_builder<PacketField>& packet) {
      pbf_builder<TrackField> track(packet, PacketField::track_descriptor);
      track.add_uint64(TrackField::uuid, uuid);
      pbf_builder<ThreadField> entry(track, TrackField::thread);
      entry.add_int32(ThreadField::pid, pid);
      entry.add_int64(ThreadField::tid, tid);
      entry.add_string(ThreadField::thread_name, name);
    });
  }
  OtherTrace& process(std::uint64_t uuid, int pid, const char* name) {
    return packet([&](pbf_builder<PacketField>& packet) {
      pbf_builder<TrackField> track(packet, PacketField::track_descriptor);
      track.add_uint64(TrackField::uuid, uuid);
      pbf_builder<ProcessField> entry(track, TrackField::process);
      entry.add_int32(ProcessField::pid, pid);
      entry.add_string(ProcessField::process_name, name);
    });
  }
  struct Event {
    std::uint64_t time = 0;
    EventType type = EventType::slice_begin;
    std::uint64_t track = 0;
    const char* name = nullptr;
    std::uint64_t flow = 0;
    std::uint64_t terminating_flow = 0;
    bool old_flow = false;
    std::uint32_t sequence = 1;
    std::uint32_t clock = 0;
    const char* outcome = nullptr;
  };
  OtherTrace& event(const Event& e) {
    return packet([&](pbf_builder<PacketField>& packet) {
      packet.add_uint64(PacketField::timestamp, e.time);
      packet.add_uint32(PacketField::trusted_packet_sequence_id, e.sequence);
      if (e.clock != 0) {
        packet.add_uint32(PacketField::timestamp_clock_id, e.clock);
      }
      packet.add_string(PacketField{900}, "a field of later years");
      pbf_builder<EventField> event(packet, PacketField::track_event);
      event.add_int32(EventField::type, static_cast<std::int32_t>(e.type));
      event.add_uint64(EventField::track_uuid, e.track);
      if (e.name != nullptr) {
        event.add_string(EventField::name, e.name);
      }
      if (e.flow != 0) {
        e.old_flow ? event.add_uint64(EventField::flow_ids_old, e.flow)
                   : event.add_fixed64(EventField::flow_ids, e.flow);
      }
      if (e.terminating_flow != 0) {
        event.add_fixed64(EventField::terminating_flow_ids, e.terminating_flow);
      }
      if (e.outcome != nullptr) {
        pbf_builder<AnnotationField> annotation(event, EventField::debug_annotations);
        annotation.add_string(AnnotationField::name, "outcome");
        annotation.add_string(AnnotationField::string_value, e.outcome);
      }
    });
  }

  std::string bytes;
};

}  // namespace

/// Traces of other programs become sessions as far as they have slices on threads.
class ForeignTraceTest : public QObject {
  Q_OBJECT

 private:
  std::shared_ptr<const session::Snapshot> open(const std::string& bytes);
  QTemporaryDir folder_;

 private slots:
  void slices_onThreads_becomeTasksOnWorkers();
  void slices_inSlices_becomePhases();
  void flows_intoSlices_giveTheTimeInTheQueue_data();
  void flows_intoSlices_giveTheTimeInTheQueue();
  void flows_fromSlices_giveTheDelivery();
  void packets_outOfOrder_areSorted();
  void clocks_ofOtherKinds_arePlacedOnOneAxis();
  void internedNames_ofTwoSequences_areKeptApart();
  void sequence_thatLostItsState_isSkippedUntilCleared();
  void oldFields_beforeTracks_areRead();
  void failedSlices_becomeFailedTasks();
  void twoProcesses_becomeTwo();
  void endsWithoutBegin_areLeftOut();
  void threadsWithoutSlices_costNoLane();
  void aMillionThreads_areReadInPart();
};

std::shared_ptr<const session::Snapshot> ForeignTraceTest::open(const std::string& bytes) {
  const std::filesystem::path path = folder_.filePath("other.pftrace").toStdString();
  write_file(path, bytes);
  session::Session session;
  const auto opened = open_recording(path, session);
  if (!opened || opened->truncated || !opened->info.version.empty()) {
    qWarning("%s", opened ? "truncated, or taken for our own" : opened.error().message().c_str());
  }
  return session.snapshot();
}

constexpr auto kEnd = EventType::slice_end;

void ForeignTraceTest::slices_onThreads_becomeTasksOnWorkers() {
  OtherTrace trace;
  trace.process(1, 77, "server").thread(10, 77, 101, "io").thread(11, 77, 102, "cpu");
  trace.event({.time = 1000, .track = 10, .name = "read"});
  trace.event({.time = 1500, .track = 11, .name = "sum"});
  trace.event({.time = 2000, .type = kEnd, .track = 10});
  trace.event({.time = 2500, .track = 10, .name = "write"});
  trace.event({.time = 4000, .type = kEnd, .track = 11});
  const auto snapshot = open(trace.bytes);
  QCOMPARE(snapshot->task_count(), std::uint64_t{3});
  const session::Statistics statistics = snapshot->statistics();
  QCOMPARE(statistics.started, std::uint64_t{3});
  QCOMPARE(statistics.finished, std::uint64_t{2});
  QCOMPARE(snapshot->directory(0)->process().name, std::string("server"));
  QCOMPARE(snapshot->directory(0)->process().pid, std::int64_t{77});
  std::vector<std::string> workers;
  for (const session::Lane& lane : snapshot->lanes()) {
    if (lane.kind == session::LaneKind::worker) {
      workers.emplace_back(lane.name);
    }
  }
  QCOMPARE(workers, (std::vector<std::string>{"io", "cpu"}));
  const auto task = snapshot->task({0, 1});
  QVERIFY(task.has_value());
  QCOMPARE(task->name, std::string_view("read"));
  QCOMPARE(*task->started, session::TimeNs{1000});
  QCOMPARE(*task->finished, session::TimeNs{2000});
  QCOMPARE(snapshot->task({0, 3})->state, session::TaskState::running);
}

void ForeignTraceTest::slices_inSlices_becomePhases() {
  OtherTrace trace;
  trace.thread(10, 77, 101, "io");
  trace.event({.time = 1000, .track = 10, .name = "request"});
  trace.event({.time = 1100, .track = 10, .name = "parse"});
  trace.event({.time = 1200, .type = kEnd, .track = 10});
  trace.event({.time = 2000, .type = kEnd, .track = 10});
  const auto snapshot = open(trace.bytes);
  QCOMPARE(snapshot->task_count(), std::uint64_t{1});
  const auto phases = snapshot->phases({0, 1});
  QCOMPARE(phases.size(), std::size_t{1});
  QCOMPARE(phases[0].name, std::string_view("parse"));
  QCOMPARE(phases[0].begin, session::TimeNs{1100});
  QCOMPARE(phases[0].end, session::TimeNs{1200});
}

void ForeignTraceTest::flows_intoSlices_giveTheTimeInTheQueue_data() {
  QTest::addColumn<bool>("old_field");
  QTest::addColumn<bool>("terminating");
  QTest::newRow("fixed") << false << false;
  QTest::newRow("old varint") << true << false;
  QTest::newRow("terminating") << false << true;
}

void ForeignTraceTest::flows_intoSlices_giveTheTimeInTheQueue() {
  QFETCH(bool, old_field);
  QFETCH(bool, terminating);
  OtherTrace trace;
  trace.thread(9, 77, 77, "main").thread(10, 77, 101, "worker");
  trace.event({.time = 400,
               .type = EventType::instant,
               .track = 9,
               .name = "submit",
               .flow = 5,
               .old_flow = old_field});
  OtherTrace::Event begin = {.time = 1000, .track = 10, .name = "job"};
  (terminating ? begin.terminating_flow : begin.flow) = 5;
  begin.old_flow = old_field;
  trace.event(begin);
  trace.event({.time = 1900, .type = kEnd, .track = 10});
  const auto snapshot = open(trace.bytes);
  const auto task = snapshot->task({0, 1});
  QVERIFY(task.has_value());
  QCOMPARE(*task->queued, session::TimeNs{400});
  QCOMPARE(*task->started, session::TimeNs{1000});
  QVERIFY(task->caller.has_value());
  QCOMPARE(snapshot->lanes()[static_cast<std::size_t>(*task->caller)].name,
           std::string_view("main"));
}

void ForeignTraceTest::flows_fromSlices_giveTheDelivery() {
  OtherTrace trace;
  trace.thread(9, 77, 77, "main").thread(10, 77, 101, "worker");
  trace.event({.time = 400, .type = EventType::instant, .track = 9, .name = "submit", .flow = 5});
  trace.event({.time = 1000, .track = 10, .name = "job", .flow = 5});
  trace.event({.time = 1900, .type = kEnd, .track = 10});
  OtherTrace::Event result = {
      .time = 2500, .type = EventType::instant, .track = 9, .name = "result"};
  result.terminating_flow = 5;
  trace.event(result);
  const auto snapshot = open(trace.bytes);
  const auto task = snapshot->task({0, 1});
  QVERIFY(task.has_value());
  QCOMPARE(*task->queued, session::TimeNs{400});
  QCOMPARE(*task->delivered, session::TimeNs{2500});
  QCOMPARE(snapshot->lanes()[static_cast<std::size_t>(*task->receiver)].name,
           std::string_view("main"));
  QCOMPARE(snapshot->anomalies(), std::uint64_t{0});
}

void ForeignTraceTest::packets_outOfOrder_areSorted() {
  OtherTrace trace;
  trace.event({.time = 2000, .type = kEnd, .track = 10});
  trace.event({.time = 1500, .type = kEnd, .track = 10});
  trace.event({.time = 1200, .track = 10, .name = "inner"});
  trace.event({.time = 1000, .track = 10, .name = "outer"});
  trace.thread(10, 77, 101, "late");  // a descriptor may come after its events
  const auto snapshot = open(trace.bytes);
  QCOMPARE(snapshot->task_count(), std::uint64_t{1});
  QCOMPARE(snapshot->task({0, 1})->name, std::string_view("outer"));
  QCOMPARE(snapshot->phases({0, 1}).size(), std::size_t{1});
}

void ForeignTraceTest::clocks_ofOtherKinds_arePlacedOnOneAxis() {
  OtherTrace trace;
  trace.packet([](pbf_builder<PacketField>& packet) {
    packet.add_uint32(PacketField::trusted_packet_sequence_id, 1);
    packet.add_uint32(PacketField::sequence_flags, kStateCleared);
    pbf_builder<ClockSnapshotField> snapshot(packet, PacketField::clock_snapshot);
    for (const auto& [id, time] :
         {std::pair(3U, 1000U), std::pair(6U, 51000U), std::pair(64U, 1U)}) {
      pbf_builder<ClockField> clock(snapshot, ClockSnapshotField::clocks);
      clock.add_uint32(ClockField::clock_id, id);
      clock.add_uint64(ClockField::timestamp, time);
      if (id == 64) {
        clock.add_bool(ClockField::is_incremental, true);
        clock.add_uint64(ClockField::unit_multiplier_ns, 1000);
      }
    }
  });
  trace.thread(10, 77, 101, "a");
  trace.event({.time = 52'000, .track = 10, .name = "boottime"});       // 2000
  trace.event({.time = 2'500, .type = kEnd, .track = 10, .clock = 3});  // 2500
  trace.event({.time = 2, .track = 10, .name = "delta", .clock = 64});  // 3000
  trace.event({.time = 1, .type = kEnd, .track = 10, .clock = 64});     // 4000
  const auto snapshot = open(trace.bytes);
  QCOMPARE(*snapshot->task({0, 1})->started, session::TimeNs{2000});
  QCOMPARE(*snapshot->task({0, 1})->finished, session::TimeNs{2500});
  QCOMPARE(*snapshot->task({0, 2})->started, session::TimeNs{3000});
  QCOMPARE(*snapshot->task({0, 2})->finished, session::TimeNs{4000});
}

void ForeignTraceTest::internedNames_ofTwoSequences_areKeptApart() {
  OtherTrace trace;
  trace.thread(10, 77, 101, "a").thread(11, 77, 102, "b");
  for (const std::uint32_t sequence : {1U, 2U}) {
    trace.packet([&](pbf_builder<PacketField>& packet) {
      packet.add_uint64(PacketField::timestamp, 1000 * sequence);
      packet.add_uint32(PacketField::trusted_packet_sequence_id, sequence);
      packet.add_uint32(PacketField::sequence_flags, kStateCleared | kNeedsState);
      {
        pbf_builder<DefaultsField> defaults(packet, PacketField::trace_packet_defaults);
        pbf_builder<EventDefaultsField> events(defaults, DefaultsField::track_event_defaults);
        events.add_uint64(EventDefaultsField::track_uuid, 9 + sequence);
      }
      {
        pbf_builder<InternedField> interned(packet, PacketField::interned_data);
        pbf_builder<InternedEntryField> entry(interned, InternedField::event_names);
        entry.add_uint64(InternedEntryField::iid, 1);
        entry.add_string(InternedEntryField::text, sequence == 1 ? "one" : "two");
      }
      pbf_builder<EventField> event(packet, PacketField::track_event);
      event.add_int32(EventField::type, 1);
      event.add_uint64(EventField::name_iid, 1);
    });
  }
  const auto snapshot = open(trace.bytes);
  QCOMPARE(snapshot->task_count(), std::uint64_t{2});
  QCOMPARE(snapshot->task({0, 1})->name, std::string_view("one"));
  QCOMPARE(snapshot->task({0, 2})->name, std::string_view("two"));
}

void ForeignTraceTest::sequence_thatLostItsState_isSkippedUntilCleared() {
  OtherTrace trace;
  trace.thread(10, 77, 101, "a");
  const auto slice = [&](std::uint64_t time, std::uint32_t flags, bool dropped) {
    for (const int type : {1, 2}) {
      trace.packet([&](pbf_builder<PacketField>& packet) {
        packet.add_uint64(PacketField::timestamp, time + static_cast<std::uint64_t>(type));
        packet.add_uint32(PacketField::trusted_packet_sequence_id, 1);
        packet.add_uint32(PacketField::sequence_flags, type == 1 ? flags : kNeedsState);
        if (dropped && type == 1) {
          packet.add_uint32(PacketField::previous_packet_dropped, 1);
        }
        pbf_builder<EventField> event(packet, PacketField::track_event);
        event.add_int32(EventField::type, type);
        event.add_uint64(EventField::track_uuid, 10);
      });
    }
  };
  slice(1000, kStateCleared, false);
  slice(2000, kNeedsState, true);
  slice(3000, kNeedsState, false);
  slice(4000, kStateCleared, false);
  QCOMPARE(open(trace.bytes)->task_count(), std::uint64_t{2});
}

void ForeignTraceTest::oldFields_beforeTracks_areRead() {
  OtherTrace trace;
  trace.packet([](pbf_builder<PacketField>& packet) {
    packet.add_uint32(PacketField::trusted_packet_sequence_id, 3);
    packet.add_uint32(PacketField::sequence_flags, kStateCleared);
    pbf_builder<ThreadField> thread(packet, PacketField::thread_descriptor);
    thread.add_int32(ThreadField::pid, 5);
    thread.add_int64(ThreadField::tid, 6);
    thread.add_string(ThreadField::thread_name, "old");
    thread.add_uint64(ThreadField::reference_timestamp_us, 1000);
  });
  for (const int phase : {'B', 'E'}) {
    trace.packet([&](pbf_builder<PacketField>& packet) {
      packet.add_uint32(PacketField::trusted_packet_sequence_id, 3);
      packet.add_uint32(PacketField::sequence_flags, kNeedsState);
      pbf_builder<EventField> event(packet, PacketField::track_event);
      event.add_uint64(EventField::timestamp_delta_us, 7);
      event.add_string(EventField::name, "work");
      pbf_builder<LegacyEventField> legacy(event, EventField::legacy_event);
      legacy.add_int32(LegacyEventField::phase, phase);
    });
  }
  trace.packet([&](pbf_builder<PacketField>& packet) {
    packet.add_uint32(PacketField::trusted_packet_sequence_id, 3);
    packet.add_uint32(PacketField::sequence_flags, kNeedsState);
    pbf_builder<EventField> event(packet, PacketField::track_event);
    event.add_uint64(EventField::timestamp_delta_us, 6);
    event.add_string(EventField::name, "complete");
    pbf_builder<LegacyEventField> legacy(event, EventField::legacy_event);
    legacy.add_int32(LegacyEventField::phase, 'X');
    legacy.add_int64(LegacyEventField::duration_us, 30);
  });
  const auto snapshot = open(trace.bytes);
  QCOMPARE(snapshot->task_count(), std::uint64_t{2});
  QCOMPARE(*snapshot->task({0, 1})->started, session::TimeNs{1'007'000});
  QCOMPARE(*snapshot->task({0, 1})->finished, session::TimeNs{1'014'000});
  QCOMPARE(*snapshot->task({0, 2})->finished, session::TimeNs{1'050'000});
}

void ForeignTraceTest::failedSlices_becomeFailedTasks() {
  OtherTrace trace;
  trace.thread(10, 77, 101, "a");
  trace.event({.time = 1000, .track = 10, .name = "bad"});
  trace.event({.time = 2000, .type = kEnd, .track = 10, .outcome = "error"});
  QCOMPARE(open(trace.bytes)->task({0, 1})->state, session::TaskState::failed);
}

void ForeignTraceTest::twoProcesses_becomeTwo() {
  OtherTrace trace;
  trace.thread(10, 77, 101, "a").thread(11, 78, 101, "b");
  trace.event({.time = 1000, .track = 10, .name = "one"});
  trace.event({.time = 1500, .track = 11, .name = "two"});
  const auto snapshot = open(trace.bytes);
  QCOMPARE(snapshot->process_count(), 2U);
  QCOMPARE(snapshot->task({1, 1})->name, std::string_view("two"));
}

void ForeignTraceTest::endsWithoutBegin_areLeftOut() {
  OtherTrace trace;
  trace.thread(10, 77, 101, "a");
  trace.event({.time = 900, .type = kEnd, .track = 10});
  trace.event({.time = 1000, .track = 10, .name = "one"});
  trace.event({.time = 1100, .type = kEnd, .track = 10});
  trace.event({.time = 1200, .type = kEnd, .track = 10});
  const session::Statistics statistics = open(trace.bytes)->statistics();
  QCOMPARE(statistics.finished, std::uint64_t{1});
}

void ForeignTraceTest::threadsWithoutSlices_costNoLane() {
  OtherTrace trace;
  for (int i = 0; i < 50'000; ++i) {
    trace.thread(static_cast<std::uint64_t>(i) + 1, 77, i + 1, "idle");
  }
  trace.event({.time = 1000, .track = 50'000, .name = "read"});
  trace.event({.time = 2000, .type = kEnd, .track = 50'000});
  const auto snapshot = open(trace.bytes);
  QCOMPARE(snapshot->task_count(), std::uint64_t{1});
  QCOMPARE(snapshot->lanes().size(), std::size_t{1});
}

void ForeignTraceTest::aMillionThreads_areReadInPart() {
  OtherTrace trace;
  for (int i = 0; i < 1'000'000; ++i) {
    trace.thread(static_cast<std::uint64_t>(i) + 1, 77, i + 1, "t");
    trace.event({.time = 1000 + static_cast<std::uint64_t>(i),
                 .track = static_cast<std::uint64_t>(i) + 1,
                 .name = "a"});
  }
  const std::filesystem::path path = folder_.filePath("million.pftrace").toStdString();
  write_file(path, trace.bytes);
  session::Session session;
  const auto opened = open_recording(path, session);
  QVERIFY(opened.has_value());
  QVERIFY(opened->truncated);
  QVERIFY(opened->missing.find("more threads than the 16384") != std::string::npos);
  QVERIFY(opened->missing.find("damaged") == std::string::npos);
  QVERIFY(session.snapshot()->lanes().size() > 1000);
  QVERIFY(session.snapshot()->lanes().size() < 20'000);
}

QTEST_APPLESS_MAIN(ForeignTraceTest)
#include "foreign_trace_test.moc"
