// SPDX-License-Identifier: Apache-2.0
#include "compressed.h"
#include "core/storage/block_packing.h"
#include "core/storage/perfetto_fields.h"
#include "core/storage/recording.h"
#include "core/storage/wire.h"
#include "event_samples.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <random>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

using namespace poolscope;
using namespace poolscope::storage;

namespace {

// Sanitizers are slow: they see some of it.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kStep = 7;
#else
constexpr std::size_t kStep = 1;
#endif

std::string zstd_block(std::string_view packets) {
  std::string file;
  protozero::pbf_builder<TraceField> trace(file);
  protozero::pbf_builder<PacketField> packet(trace, TraceField::packet);
  packet.add_bytes(PacketField::zstd_compressed_packets, zstd(packets));
  return file;
}

/// Lets every question of a snapshot be asked: what came out of a damaged file must not hurt later.
void look_at(const session::Snapshot& snapshot) {
  static_cast<void>(snapshot.statistics());
  for (const session::Lane& lane : snapshot.lanes()) {
    static_cast<void>(snapshot.lane_columns(lane.id, snapshot.begin(), snapshot.end(), 100));
  }
  for (std::uint32_t process = 0; process < snapshot.process_count(); ++process) {
    static_cast<void>(plain_events(snapshot, process));
  }
}

}  // namespace

class DamagedFileTest : public QObject {
  Q_OBJECT

 private:
  std::filesystem::path file(const char* name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  /// A recording of few blocks; plain ones have more places to damage.
  std::string recording(std::size_t tasks, bool compress);
  QTemporaryDir folder_;

 private slots:
  void unusableFile_opened_saysWhy_data();
  void unusableFile_opened_saysWhy();
  void truncatedAnywhere_givesWhatCameBefore_data();
  void truncatedAnywhere_givesWhatCameBefore();
  void wrappedFile_opened_isTheSame_data();
  void wrappedFile_opened_isTheSame();
  void cutWrapper_opened_givesWhatCameBefore();
  void damagedBlock_opened_losesOnlyItself();
  void bombs_opened_areBounded_data();
  void bombs_opened_areBounded();
  void randomDamage_opened_neverCrashes_data();
  void randomDamage_opened_neverCrashes();
};

std::string DamagedFileTest::recording(std::size_t tasks, bool compress) {
  const SimulatedPool pool({.tasks = tasks, .workers = 3, .phases = true, .failures = true});
  const auto path = file("recording.pftrace");
  std::filesystem::remove(path);
  auto recorder =
      Recorder::create(path, pool.directory,
                       {.info = {.version = "1", .scenario_name = "s", .settings = {{"a", "b"}}},
                        .compress = compress});
  if (recorder) {
    (*recorder)->consume(pool.events);
    static_cast<void>((*recorder)->finish());
  }
  return read_file(path);
}

void DamagedFileTest::unusableFile_opened_saysWhy_data() {
  QTest::addColumn<QString>("what");
  QTest::addColumn<QString>("reason");
  QTest::newRow("missing") << "missing"
                           << "no such file";
  QTest::newRow("folder") << "folder"
                          << "folder";
  QTest::newRow("empty") << "empty"
                         << "empty";
  QTest::newRow("pipe") << "pipe"
                        << "regular file";
  QTest::newRow("device") << "/dev/zero"
                          << "regular file";
  QTest::newRow("text") << "text"
                        << "not a trace";
  QTest::newRow("text that begins with a newline") << "newline"
                                                   << "not a trace";
  QTest::newRow("short text that begins with a newline") << "hello"
                                                         << "not a trace";
  QTest::newRow("picture") << "picture"
                           << "not a trace";
  QTest::newRow("gzip of a text") << "text.gz"
                                  << "not a trace";
  QTest::newRow("a trace with nothing on threads") << "counters"
                                                   << "no slices";
}

void DamagedFileTest::unusableFile_opened_saysWhy() {
  QFETCH(QString, what);
  QFETCH(QString, reason);
  std::filesystem::create_directories(file("folder"));
  write_file(file("empty"), "");
  mkfifo(file("pipe").c_str(), 0600);
  write_file(file("text"), "hello, this is a text\n");
  write_file(file("newline"), "\nhello, this is a text that begins with a newline, and goes on\n");
  write_file(file("hello"), "\nHello\n");
  write_file(file("picture"), std::string("\x89PNG\r\n\x1a\n", 8) + std::string(100, '\0'));
  write_file(file("text.gz"), gzip("hello"));
  std::string counters;
  {
    protozero::pbf_builder<TraceField> trace(counters);
    protozero::pbf_builder<PacketField> packet(trace, TraceField::packet);
    packet.add_uint64(PacketField::timestamp, 5);
  }
  write_file(file("counters"), counters);
  const std::filesystem::path path = what.startsWith('/')
                                         ? std::filesystem::path(what.toStdString())
                                         : file(what.toUtf8().constData());
  session::Session session;
  const auto opened = open_recording(path, session);
  QVERIFY(!opened.has_value());
  QCOMPARE(opened.error().subject, path.string());
  QVERIFY2(opened.error().reason.find(reason.toStdString()) != std::string::npos,
           opened.error().message().c_str());
  QVERIFY(!opened.error().advice.empty());
  QVERIFY(opened.error().message().find('\n') == std::string::npos);
}

void DamagedFileTest::truncatedAnywhere_givesWhatCameBefore_data() {
  QTest::addColumn<bool>("compress");
  QTest::newRow("plain") << false;
  QTest::newRow("compressed") << true;
}

void DamagedFileTest::truncatedAnywhere_givesWhatCameBefore() {
  QFETCH(bool, compress);
  const std::string whole = recording(6, compress);
  QVERIFY(whole.size() > 300);
  std::uint64_t before = 0;
  std::size_t truncations = 0;
  std::size_t cuts = 0;
  for (std::size_t size = 1; size <= whole.size();
       size += size < whole.size() - kStep ? kStep : 1) {
    write_file(file("cut"), std::string_view(whole).substr(0, size));
    session::Session session;
    const auto opened = open_recording(file("cut"), session);
    QVERIFY2(opened.has_value(), opened ? "" : opened.error().message().c_str());
    const std::uint64_t events = session.snapshot()->event_count();
    QVERIFY(events >= before);  // never less of a longer piece
    if (size == whole.size()) {
      QVERIFY(!opened->truncated);
      QVERIFY(events > 50);
    }
    truncations += opened->truncated ? 1U : 0U;
    ++cuts;
    before = events;
  }
  // Only a cut between two packets cannot be told.
  QVERIFY(truncations > cuts * 9 / 10);
  QVERIFY(truncations < cuts);
}

void DamagedFileTest::wrappedFile_opened_isTheSame_data() {
  QTest::addColumn<QString>("wrapper");
  for (const char* wrapper :
       {"gzip", "two gzip members", "zstd", "two zstd frames", "zstd blocks"}) {
    QTest::newRow(wrapper) << wrapper;
  }
}

void DamagedFileTest::wrappedFile_opened_isTheSame() {
  QFETCH(QString, wrapper);
  const std::string plain = recording(400, false);
  const std::string_view all(plain);
  const std::size_t half = plain.size() / 2;
  std::string wrapped;
  if (wrapper == "gzip") {
    wrapped = gzip(all);
  } else if (wrapper == "two gzip members") {
    wrapped = gzip(all.substr(0, half)) + gzip(all.substr(half));
  } else if (wrapper == "zstd") {
    wrapped = zstd(all);
  } else if (wrapper == "two zstd frames") {
    wrapped = zstd(all.substr(0, half)) + zstd(all.substr(half));
  } else {
    wrapped = zstd_block(all);
  }
  write_file(file("wrapped"), wrapped);
  session::Session original;
  session::Session session;
  QVERIFY(open_recording(file("recording.pftrace"), original).has_value());
  const auto opened = open_recording(file("wrapped"), session);
  QVERIFY(opened.has_value());
  QVERIFY(!opened->truncated);
  QVERIFY(original.snapshot()->event_count() > 1000);
  QVERIFY(plain_events(*session.snapshot()) == plain_events(*original.snapshot()));
}

void DamagedFileTest::cutWrapper_opened_givesWhatCameBefore() {
  const std::string plain = recording(2000, false);
  for (const std::string& wrapped : {gzip(plain), zstd(plain)}) {
    write_file(file("cut"), std::string_view(wrapped).substr(0, wrapped.size() * 3 / 4));
    session::Session session;
    const auto opened = open_recording(file("cut"), session);
    QVERIFY(opened.has_value());
    QVERIFY(opened->truncated);
    QVERIFY(session.snapshot()->event_count() > 1000);
  }
}

void DamagedFileTest::damagedBlock_opened_losesOnlyItself() {
  const SimulatedPool pool({.tasks = 20'000});
  const auto recorded = session_of(pool.directory, pool.events);
  QVERIFY(save_recording(*recorded->snapshot(), file("many.pftrace"), {}).has_value());
  std::string bytes = read_file(file("many.pftrace"));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x20);
  write_file(file("many.pftrace"), bytes);
  session::Session session;
  const auto opened = open_recording(file("many.pftrace"), session);
  QVERIFY(opened.has_value());
  QVERIFY(opened->truncated);
  const auto events = plain_events(*session.snapshot());
  const auto all = plain_events(*recorded->snapshot());
  QVERIFY(events.size() < all.size());
  QVERIFY(events.size() > all.size() / 2);
  QVERIFY(events.back() == all.back());
  // Nothing is made up: tasks that ran across the gap keep their identity.
  QVERIFY(std::includes(all.begin(), all.end(), events.begin(), events.end()));
}

void DamagedFileTest::bombs_opened_areBounded_data() {
  QTest::addColumn<QByteArray>("bytes");
  const auto row = [](const char* name, const std::string& bytes) {
    QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
  };
  const std::string zeros(std::size_t{64} << 20, '\0');
  {
    BlockPacker packer;
    row("block of zeros", std::string(packer.pack(zeros)));
  }
  row("zstd block of zeros", zstd_block(zeros));
  std::string packets;
  while (packets.size() < (std::size_t{3} << 20)) {
    packets.append("\x0a\x00", 2);
  }
  std::string many;
  BlockPacker packer;
  const std::string block(packer.pack(packets));
  for (int i = 0; i < 100; ++i) {
    many += block;
  }
  row("many blocks of empty packets", many);
  row("the same in gzip", gzip(many));
  row("gzip of zeros in packets", gzip("\x0a\x80\x80\x80\x10" + zeros));
  row("a length of 2^63", std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10) + "abc");
  row("an endless length", "\x0a" + std::string(1000, '\xff'));
  std::string nested = "x";  // from its end: so each level is written once
  for (int i = 0; i < 20'000; ++i) {
    std::string head;
    protozero::pbf_writer writer(head);
    writer.add_message(11, std::string_view());
    head.pop_back();  // the length
    protozero::add_varint_to_buffer(&head, nested.size());
    nested.append(head.rbegin(), head.rend());
  }
  std::reverse(nested.begin(), nested.end());
  std::string deep;
  protozero::pbf_writer(deep).add_message(1, nested);
  row("deep nesting", deep);
  std::string blocks = recording(3, false);
  for (int i = 0; i < 20; ++i) {
    blocks = std::string(packer.pack(blocks));
  }
  row("blocks in blocks", blocks);
}

void DamagedFileTest::bombs_opened_areBounded() {
  QFETCH(QByteArray, bytes);
  write_file(file("bomb"), {bytes.constData(), static_cast<std::size_t>(bytes.size())});
  session::Session session;
  const auto opened = open_recording(file("bomb"), session);
  QVERIFY(!opened.has_value() || opened->truncated);
  QVERIFY(session.snapshot()->event_count() < 1000);
}

void DamagedFileTest::randomDamage_opened_neverCrashes_data() {
  QTest::addColumn<bool>("compress");
  QTest::addColumn<int>("rounds");
  QTest::newRow("plain") << false << 3000 / int(kStep);
  QTest::newRow("compressed") << true << 500 / int(kStep);
}

void DamagedFileTest::randomDamage_opened_neverCrashes() {
  QFETCH(bool, compress);
  QFETCH(int, rounds);
  bool given = false;
  const int from_environment = qEnvironmentVariableIntValue("POOLSCOPE_SEED", &given);
  const unsigned seed =
      given ? static_cast<unsigned>(from_environment) : std::random_device()() & 0x7fffffffU;
  qInfo("POOLSCOPE_SEED=%u", seed);
  std::mt19937 random(seed);
  const std::string whole = recording(12, compress);
  int opened_count = 0;
  for (int round = 0; round < rounds; ++round) {
    std::string bytes = whole;
    for (auto changes = 1 + random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 5) {
        case 0:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
          break;
        case 1:
          bytes[at] = static_cast<char>(random());
          break;
        case 2:
          bytes.insert(at, random() % 20, static_cast<char>(random()));
          break;
        case 3:
          bytes.erase(at, 1 + random() % 20);
          break;
        default:  // a huge number where a small one stood
          bytes.replace(at, 1, "\xff\xff\xff\xff\xff\xff\xff\xff\x7f");
      }
      if (bytes.empty()) {
        bytes = whole;
      }
    }
    write_file(file("mutated"), bytes);
    session::Session session;
    const auto opened = open_recording(file("mutated"), session);
    opened_count += opened ? 1 : 0;
    look_at(*session.snapshot());
  }
  QVERIFY(opened_count > rounds / 2);  // the damage is not so large that nothing is tested
}

QTEST_APPLESS_MAIN(DamagedFileTest)
#include "damaged_file_test.moc"
