// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/wire_decoder.h"

#include "wire_writer.h"

#include <QTest>

#include <random>

using namespace poolscope;
using namespace poolscope::bridge;
using poolscope::testing::WireWriter;
using trace::Event;
using trace::EventKind;
using trace::Outcome;

namespace {

constexpr std::uint64_t kNow = 1'000'000'000;

/// A decoder with the process that it fills.
struct Reader {
  ProcessIds ids{.directory = std::make_shared<trace::Directory>()};
  Hello greeted = {};
  WireDecoder decoder{[this](const Hello& hello) {
    greeted = hello;
    return &ids;
  }};
  std::vector<Event> events = {};

  Result<void> read(const WireWriter& writer) { return decoder.feed(writer.bytes(), kNow, events); }
};

}  // namespace

class WireDecoderTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void hello_tellsWhoItIs();
  void events_haveTheDirectorysIds();
  void bytesOneByOne_areTheSameAsAtOnce();
  void anotherVersion_isRefusedByItsNumber();
  void rubbish_isRefused_data();
  void rubbish_isRefused();
  void randomBytes_neverCrash();
  void namesBeyondTheirBound_areToldAsNone();
  void bye_tellsWhatWasDroppedLast();
  void notices_areHandedOn_asManyAsAreBearable();
};

void WireDecoderTest::hello_tellsWhoItIs() {
  Reader reader;
  QVERIFY(reader.read(WireWriter().hello(4242, "python3 scrape.py")));
  QCOMPARE(reader.greeted.pid, std::int64_t{4242});
  QCOMPARE(reader.greeted.command, std::string("python3 scrape.py"));
  QVERIFY(reader.decoder.said_hello());
}

void WireDecoderTest::events_haveTheDirectorysIds() {
  Reader reader;
  // Of another process: ids of the wire are not the directory's.
  reader.ids.directory->intern("there before");
  reader.ids.directory->add_thread({"there before", 1});
  WireWriter writer;
  writer.hello(1).name(1, "main.work").name(2, "ValueError: no").thread(1, "MainThread", 99);
  writer.record({.time_ns = 10,
                 .task = 5,
                 .thread = 1,
                 .kind = EventKind::task_queued,
                 .pool = 3,
                 .detail = 1});
  writer.record({.time_ns = 20,
                 .task = 5,
                 .thread = 1,
                 .kind = EventKind::task_finished,
                 .outcome = Outcome::error,
                 .pool = 3,
                 .detail = trace::finished_detail(7, 2)});
  QVERIFY(reader.read(writer));
  QCOMPARE(reader.events.size(), std::size_t{2});
  const Event& queued = reader.events[0];
  QCOMPARE(reader.ids.directory->name(static_cast<trace::NameId>(queued.detail)),
           std::string_view("main.work"));
  QCOMPARE(reader.ids.directory->thread(queued.thread).name, std::string("MainThread"));
  QCOMPARE(reader.ids.directory->thread(queued.thread).os_id, std::int64_t{99});
  QCOMPARE(queued.task, std::uint64_t{5});
  const Event& finished = reader.events[1];
  QCOMPARE(reader.ids.directory->name(trace::finished_error(finished.detail)),
           std::string_view("ValueError: no"));
  QCOMPARE(trace::finished_cpu_ns(finished.detail), std::uint64_t{7});
}

void WireDecoderTest::bytesOneByOne_areTheSameAsAtOnce() {
  WireWriter writer;
  writer.hello(1).thread(1, "a name that is longer than one record of thirty-two bytes");
  writer.record({.time_ns = 10, .thread = 1, .kind = EventKind::marker}).bye();
  Reader whole;
  Reader slow;
  QVERIFY(whole.read(writer));
  for (const std::byte& byte : writer.bytes()) {
    QVERIFY(slow.decoder.feed({&byte, 1}, kNow, slow.events));
  }
  QCOMPARE(slow.events.size(), whole.events.size());
  QVERIFY(slow.events == whole.events);
  QVERIFY(slow.decoder.said_bye());
}

void WireDecoderTest::anotherVersion_isRefusedByItsNumber() {
  Reader reader;
  const auto read = reader.read(WireWriter().hello(1, "x", 7));
  QVERIFY(!read);
  QVERIFY(read.error().message().find("version 7") != std::string::npos);
  QVERIFY(!reader.decoder.said_hello());
}

void WireDecoderTest::rubbish_isRefused_data() {
  QTest::addColumn<QByteArray>("bytes");
  const auto row = [](const char* name, const WireWriter& writer) {
    QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(writer.bytes().data()),
                                      static_cast<qsizetype>(writer.bytes().size()));
  };
  QTest::newRow("a request of a browser")
      << QByteArray("GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n");
  row("an event before hello", WireWriter().record({.kind = EventKind::marker}));
  row("two hellos", WireWriter().hello(1).hello(2));
  row("an unknown kind", WireWriter().hello(1).record({.kind = static_cast<EventKind>(77)}));
  row("kind 0", WireWriter().hello(1).record({.kind = static_cast<EventKind>(0)}));
  row("an unknown outcome",
      WireWriter().hello(1).record({.kind = EventKind::marker, .outcome = Outcome{9}}));
  row("a thread without a name",
      WireWriter().hello(1).record({.thread = 3, .kind = EventKind::marker}));
  row("a time of the future",
      WireWriter().hello(1).record({.time_ns = ~std::uint64_t{0}, .kind = EventKind::marker}));
  row("a name with number 0", WireWriter().hello(1).name(0, "x"));
  row("a name with an immense number", WireWriter().hello(1).name(1U << 31, "x"));
  row("a thread with an immense number", WireWriter().hello(1).thread(1U << 31, "x"));
  row("a text without end",
      WireWriter().hello(1).record({.task = 1,
                                    .kind = static_cast<EventKind>(WireKind::name),
                                    .detail = 0xffffffff | (std::uint64_t{kTextMagic} << 32)}));
  row("a text without its mark",
      WireWriter().hello(1).record(
          {.task = 1, .kind = static_cast<EventKind>(WireKind::name), .detail = 5}));
}

void WireDecoderTest::rubbish_isRefused() {
  QFETCH(QByteArray, bytes);
  Reader reader;
  const auto read = reader.decoder.feed({reinterpret_cast<const std::byte*>(bytes.constData()),
                                         static_cast<std::size_t>(bytes.size())},
                                        kNow, reader.events);
  QVERIFY(!read);
  QVERIFY(reader.events.empty());
}

void WireDecoderTest::randomBytes_neverCrash() {
  const auto seed = qEnvironmentVariableIntValue("POOLSCOPE_SEED");
  std::mt19937 random(static_cast<unsigned>(seed));
  for (int round = 0; round < 2000; ++round) {
    Reader reader;
    WireWriter writer;
    writer.hello(1).thread(1, "t").name(1, "n");
    auto bytes = writer.bytes();
    const std::size_t good = bytes.size();
    for (int i = 0; i < 10; ++i) {
      Event event{.time_ns = random() % 1000,
                  .task = random() % 5,
                  .thread = static_cast<trace::ThreadId>(random() % 2),
                  .kind = static_cast<EventKind>(random() % 140),
                  .outcome = static_cast<Outcome>(random() % 3),
                  .pool = static_cast<trace::PoolId>(random() % 3),
                  .detail = random()};
      const auto* at = reinterpret_cast<const std::byte*>(&event);
      bytes.insert(bytes.end(), at, at + sizeof event);
    }
    bytes[good + random() % (bytes.size() - good)] = std::byte(random());
    static_cast<void>(reader.decoder.feed(bytes, kNow, reader.events));
    QVERIFY(reader.events.size() <= 10);
  }
}

void WireDecoderTest::namesBeyondTheirBound_areToldAsNone() {
  Reader reader;
  reader.ids.text_bytes = WireDecoder::kMostTextBytes;
  WireWriter writer;
  writer.hello(1).name(1, "one too many").record({.kind = EventKind::marker, .detail = 1});
  QVERIFY(reader.read(writer));
  QCOMPARE(reader.events.front().detail, std::uint64_t{0});
}

void WireDecoderTest::bye_tellsWhatWasDroppedLast() {
  Reader reader;
  QVERIFY(reader.read(WireWriter().hello(1).bye(12)));
  QCOMPARE(reader.events.size(), std::size_t{1});
  QVERIFY(reader.events.front().kind == EventKind::lost);
  QCOMPARE(reader.events.front().detail, std::uint64_t{12});
}

void WireDecoderTest::notices_areHandedOn_asManyAsAreBearable() {
  ProcessIds ids{.directory = std::make_shared<trace::Directory>()};
  std::vector<std::string> notices;
  WireDecoder decoder([&](const Hello&) { return &ids; },
                      [&](const std::string& text) { notices.push_back(text); });
  WireWriter writer;
  writer.hello(1);
  for (int i = 0; i < 100; ++i) {
    writer.text({}, WireKind::notice, "this Python is not known");
  }
  std::vector<Event> events;
  QVERIFY(decoder.feed(writer.bytes(), kNow, events));
  QCOMPARE(notices.size(), std::size_t{WireDecoder::kMostNotices});
  QCOMPARE(notices[0], std::string("this Python is not known"));
  QVERIFY(events.empty());
}

QTEST_APPLESS_MAIN(WireDecoderTest)
#include "wire_decoder_test.moc"
