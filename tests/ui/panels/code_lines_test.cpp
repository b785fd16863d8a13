// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/code_lines.h"

#include <QTest>

using namespace poolscope::ui;
using poolscope::trace::BlockReason;
using Kind = CallerStep::Kind;

namespace {

const QString kLoop = QStringLiteral(
    "from concurrent.futures import (\n"       // 0
    "    ThreadPoolExecutor)\n"                // 1
    "\n"                                       // 2
    "def parent(n):\n"                         // 3
    "    return pool.submit(f, n).result()\n"  // 4
    "\n"                                       // 5
    "with ThreadPoolExecutor(\n"               // 6
    "        max_workers=8) as pool:\n"        // 7
    "    futures = [pool.submit(parent, n)\n"  // 8
    "               for n in range(40)]\n"     // 9
    "    for future in futures:\n"             // 10
    "        print(future.result())\n");       // 11

const QString kLazy = QStringLiteral(
    "with ThreadPoolExecutor() as pool:\n"  // 0
    "    results = pool.map(\n"             // 1
    "        convert, rows,\n"              // 2
    "        buffersize=16)  # ) (\n"       // 3
    "    for result in results:\n"          // 4
    "        write(result)\n");             // 5

const QString kOpen = QStringLiteral(
    "int main() {\n"                               // 0
    "  ThreadPoolExecutor pool(\n"                 // 1
    "      {.max_workers = 8});\n"                 // 2
    "  while (auto request = next_request()) {\n"  // 3
    "    // now and then\n"                        // 4
    "    pool.submit(answer, *request);\n"         // 5
    "  }\n"                                        // 6
    "}\n");                                        // 7

const QString kParameter = QStringLiteral(
    "int parent(ThreadPoolExecutor& pool, int n) {\n"  // 0
    "  return pool.submit(f, n).result();\n"           // 1
    "}\n"                                              // 2
    "int main() {\n"                                   // 3
    "  ThreadPoolExecutor pool;\n"                     // 4
    "}\n");

}  // namespace

class CodeLinesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void step_hasItsLines_data() {
    QTest::addColumn<QString>("code");
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("reason");
    QTest::addColumn<int>("begin");
    QTest::addColumn<int>("end");
    const auto row = [](const char* name, const QString& code, Kind kind, BlockReason reason,
                        int begin, int end) {
      QTest::newRow(name) << code << static_cast<int>(kind) << static_cast<int>(reason) << begin
                          << end;
    };
    const auto none = BlockReason::unknown;
    row("submits, over two lines, not in a task", kLoop, Kind::submits, none, 8, 10);
    row("waits for a result", kLoop, Kind::waits, BlockReason::result, 11, 12);
    row("takes a result", kLoop, Kind::takes, none, 11, 12);
    row("leaves a with block", kLoop, Kind::waits, BlockReason::shutdown, 6, 8);
    row("map over three lines", kLazy, Kind::submits, none, 1, 4);
    row("waits in the loop over its results", kLazy, Kind::waits, BlockReason::map, 4, 5);
    row("a full queue", kLazy, Kind::waits, BlockReason::full_queue, 1, 4);
    row("works with one of them", kLazy, Kind::takes, none, 5, 6);
    row("waits for a request", kOpen, Kind::idles, none, 3, 4);
    row("submits it", kOpen, Kind::submits, none, 5, 6);
    row("leaves a C++ block", kOpen, Kind::shuts_down, none, 7, 8);
    row("waits for all where no call does", kOpen, Kind::waits, BlockReason::wait, 7, 8);
  }
  void step_hasItsLines() {
    QFETCH(QString, code);
    QFETCH(int, kind);
    QFETCH(int, reason);
    const auto lines = linesOf(
        code, {.kind = static_cast<Kind>(kind), .reason = static_cast<BlockReason>(reason)});
    QVERIFY(lines.has_value());
    QTEST(lines->begin, "begin");
    QTEST(lines->end, "end");
  }

  void codeThatDoesNotSay_hasNoLine() {
    QVERIFY(!linesOf(QString(), {.kind = Kind::submits}));
    QVERIFY(!linesOf(QStringLiteral("print(1)"), {.kind = Kind::submits}));
    QVERIFY(!linesOf(kLoop, {.kind = Kind::none}));
    QVERIFY(!linesOf(kOpen, {.kind = Kind::waits, .reason = BlockReason::result}));
    QVERIFY(!linesOf(kOpen, {.kind = Kind::takes}));
    QVERIFY(!linesOf(kParameter, {.kind = Kind::waits, .reason = BlockReason::result}));
  }
};

QTEST_APPLESS_MAIN(CodeLinesTest)
#include "code_lines_test.moc"
