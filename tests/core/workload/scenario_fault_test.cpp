// SPDX-License-Identifier: Apache-2.0
#include "core/workload/gallery_texts.h"
#include "core/workload/scenario.h"
#include "support.h"

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QtTest>

#include <random>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace poolscope::testing;
using namespace poolscope::workload;

namespace {

// Lines are numbered as the rows below name them.
constexpr const char* kTop = "name = \"x\"\n";                              // 1
constexpr const char* kLoad = "[load]\npattern = \"map\"\ntasks = 10\n";    // 2 to 4
constexpr const char* kTask = "[[task]]\nsteps = [{ sleep = \"1ms\" }]\n";  // 5 and 6

std::string with_top(const std::string& line) {  // line 2
  return std::string(kTop) + line + "\n" + kLoad + kTask;
}
std::string with_load(const std::string& line) {  // line 5
  return std::string(kTop) + kLoad + line + "\n" + kTask;
}
std::string with_pattern(const std::string& pattern) {  // line 3
  return std::string(kTop) + "[load]\npattern = \"" + pattern + "\"\ntasks = 10\n" + kTask;
}
std::string with_task(const std::string& line) {  // line 7
  return std::string(kTop) + kLoad + kTask + line + "\n";
}
std::string with_step(const std::string& step) {  // line 6
  return std::string(kTop) + kLoad + "[[task]]\nsteps = [" + step + "]\n";
}

bool is_one_line(const std::string& text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// What every error must have, whatever the file was.
bool is_good(const poolscope::Error& error) {
  return !error.subject.empty() && !error.reason.empty() && is_one_line(error.message()) &&
         error.message().size() < 1'000;
}

std::string without_line(const std::string& text, int number) {
  std::size_t begin = 0;
  for (int i = 1; i < number; ++i) {
    begin = text.find('\n', begin) + 1;
  }
  return text.substr(0, begin) + text.substr(text.find('\n', begin) + 1);
}

const std::string kGood = std::string(kTop) + kLoad + kTask;

}  // namespace

class ScenarioFaultTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void fault_namesLineAndKey_data() {
    QTest::addColumn<QByteArray>("toml");
    QTest::addColumn<int>("line");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char* name, const std::string& toml, int line, const char* reason) {
      QTest::newRow(name) << QByteArray::fromStdString(toml) << line << QByteArray(reason);
    };
    row("unknown key, top", with_top("colour = 1"), 2, "unknown key 'colour'");
    row("unknown key, load", with_load("task = 5"), 5, "unknown key 'task' in [load]");
    row("unknown key, task", with_task("stepz = 1"), 7, "unknown key 'stepz' in [[task]]");
    row("unknown key, pool", with_task("[pool]\nsize = 1"), 8, "unknown key 'size' in [pool]");
    row("unknown key, http", with_task("[http]\nurl = 1"), 8, "unknown key 'url' in [http]");
    row("unknown key, script", with_task("[[script]]\nwhen = 1"), 8,
        "unknown key 'when' in [[script]]");
    row("unknown key, step", with_step("{ sleep = \"1ms\", why = 1 }"), 6,
        "unknown key 'why' in a step of 'task'");
    row("unknown step", with_step("{ read = \"x\" }"), 6, "unknown key 'read' in a step of 'task'");
    row("the first unknown key of the file", with_top("zebra = 1\nape = 2"), 2,
        "unknown key 'zebra'");
    row("unknown key of two lines", with_top("\"a\\nb\" = 1"), 2, "unknown key 'a b'");
    row("no step", with_step("{}"), 6, "a step of 'task' names no step");
    row("two steps in one", with_step("{ sleep = \"1ms\", cpu = \"1ms\" }"), 6,
        "'cpu' in a step of 'task' stands beside 'sleep'");
    row("latency without http", with_step("{ sleep = \"1ms\", latency = \"1ms\" }"), 6,
        "'latency' in a step of 'task' belongs to a step with 'http'");
    row("hold without lock", with_step("{ cpu = \"1ms\", hold = \"1ms\" }"), 6,
        "'hold' in a step of 'task' belongs to a step with 'lock'");
    row("step is no table", with_step("5"), 6, "'steps' in [[task]] must hold tables only");
    row("no steps", with_step(""), 6, "'steps' in [[task]] must have 1 to 1000 entries");

    row("negative time", with_step("{ sleep = \"-1ms\" }"), 6,
        "'sleep' in a step of 'task' must not be negative");
    row("time without unit", with_step("{ cpu = \"5\" }"), 6,
        "'cpu' in a step of 'task' is no duration: '5'");
    row("time of two lines", with_step("{ cpu = \"5\\n6\" }"), 6,
        "'cpu' in a step of 'task' is no duration: '5 6'");
    row("time as a number", with_step("{ cpu = 5 }"), 6,
        "'cpu' in a step of 'task' must be a duration such as \"20ms\", not a whole number");
    row("unknown distribution", with_step("{ http = \"/\", latency = \"gauss(1s, 1s)\" }"), 6,
        "'latency' in a step of 'task' has an unknown distribution 'gauss'");
    row("path without slash", with_step("{ http = \"page\" }"), 6,
        "'http' in a step of 'task' must be a path such as \"/page\"");
    row("file too large", with_step("{ file = 1073741825 }"), 6,
        "'file' in a step of 'task' must be 0 to 1073741824, not 1073741825");
    row("file of no size", with_step("{ file = \"big\" }"), 6,
        "'file' in a step of 'task' is no size: 'big'");
    row("lock without name", with_step("{ lock = \" \" }"), 6,
        "'lock' in a step of 'task' must not be empty");
    row("empty command", with_step("{ command = \"\" }"), 6,
        "'command' in a step of 'task' must not be empty");

    row("no workers", with_top("max_workers = 0"), 2, "'max_workers' must be 1 to 4096, not 0");
    row("too many workers", with_top("max_workers = 4097"), 2,
        "'max_workers' must be 1 to 4096, not 4097");
    row("workers as text", with_top("max_workers = \"4\""), 2,
        "'max_workers' must be a whole number, not a text");
    row("workers with a fraction", with_top("max_workers = 4.0"), 2,
        "'max_workers' must be a whole number, not a number with a fraction");
    row("flag as number", with_top("gil = 1"), 2,
        "'gil' must be true or false, not a whole number");
    row("title of two lines", with_top("title = \"a\\nb\""), 2,
        "'title' must be a single line of text");
    row("zero byte", with_top("lesson = \"a\\u0000b\""), 2, "'lesson' contains a zero byte");
    row("date", with_top("code = 1979-05-27"), 2, "'code' must be a text, not a date or time");
    row("negative seed", with_top("seed = -1"), 2, "'seed' must be 0 to 9223372036854775807");

    row("unknown pattern", with_pattern("mop"), 3, "'pattern' in [load] is unknown: 'mop'");
    row("pattern of two lines", with_pattern("a\\tb"), 3, "'pattern' in [load] is unknown: 'a b'");
    row("no tasks", std::string(kTop) + "[load]\npattern = \"map\"\ntasks = 0\n" + kTask, 4,
        "'tasks' in [load] must be 1 to 10000000, not 0");
    row("rate of nothing", with_load("rate = \"0/s\""), 5, "'rate' in [load] must be above 0");
    row("rate as number", with_load("rate = 5"), 5, "'rate' in [load] must be a rate");
    row("interval of nothing", with_load("interval = \"0\""), 5,
        "'interval' in [load] must be above 0");
    row("interval drawn", with_load("interval = \"exponential(1s)\""), 5,
        "'interval' in [load] is no duration");
    row("burst of nothing", with_load("burst_size = 0"), 5, "'burst_size' in [load] must be 1 to");
    row("negative buffer", with_load("buffer_size = -1"), 5,
        "'buffer_size' in [load] must be 0 to");
    row("too many children",
        std::string(kTop) + "[load]\npattern = \"nested\"\ntasks = 9999999\nchildren = 9\n" + kTask,
        5, "'children' in [load] makes more than 10000000 tasks a batch");
    row("load is no table", std::string(kTop) + "load = 5\n" + kTask, 2,
        "'load' must be a table, written [load], not a whole number");

    row("at and weight", with_task("weight = 1\nat = [1]"), 7,
        "'weight' in [[task]] has no meaning beside 'at'");
    row("at beyond the batch", with_task("at = [10]"), 7,
        "'at' in [[task]] must be 0 to 9, not 10");
    row("at of nothing", with_task("at = []"), 7, "'at' in [[task]] must name at least one");
    row("position twice", with_task("at = [3, 3]"), 5, "'task' names position 3 twice in 'at'");
    row("positions left over", with_task("at = [0, 1]"), 5,
        "'task' leaves positions of the batch without a kind");
    row("weight 0", with_task("weight = 0"), 7, "'weight' in [[task]] must be 1e-06 to 1e+06");
    row("weight not a number", with_task("weight = nan"), 7, "'weight' in [[task]] must be 1e-06");
    row("share above 1", with_task("fail = 1.5"), 7, "'fail' in [[task]] must be 0 to 1");
    row("share as text", with_task("fail = \"2%\""), 7, "'fail' in [[task]] must be a number");
    row("wild priority", with_task("priority = 1000001"), 7,
        "'priority' in [[task]] must be -1000");
    row("task is no array", std::string(kTop) + kLoad + "[task]\nsteps = []\n", 5,
        "'task' must be an array of tables, not a table");

    row("unknown discipline", with_task("[pool]\nqueue_discipline = \"fair\""), 8,
        "'queue_discipline' in [pool] is unknown: 'fair'");
    row("URL of a file", with_task("[http]\nurls = [\"file:///x\"]"), 8,
        "'urls' in [http] holds no http or https URL: 'file:///x'");
    row("URL of two lines", with_task("[http]\nurls = [\"a\\nb\"]"), 8,
        "'urls' in [http] holds no http or https URL: 'a b'");
    row("limit of hosts without URLs", with_task("[http]\nper_host = 2"), 8,
        "'per_host' in [http] has no meaning without 'urls'");
    row("rate of hosts is none",
        with_task("[http]\nurls = [\"http://a\"]\nrate_per_host = \"0/s\""), 9,
        "'rate_per_host' in [http]");
    row("URL is no text", with_task("[http]\nurls = [5]"), 8, "'urls' in [http] must hold texts");
    row("check of nothing", with_task("[[check]]\nsay = \"x\"\nfigure = \"speed\"\nmin = 1"), 9,
        "'figure' in [[check]] is none that Poolscope knows: 'speed'");
    row("check without limit", with_task("[[check]]\nsay = \"x\"\nfigure = \"failed\""), 9,
        "'figure' in [[check]] has no limit");
    row("check of no time",
        with_task(
            "[[check]]\nsay = \"x\"\nfigure = \"failed\"\nmin = 1\nfrom = \"2s\"\nto = \"1s\""),
        12, "'to' in [[check]] is not after 'from'");
    row("check with odd workers",
        with_task("[[check]]\nsay = \"x\"\nfigure = \"failed\"\nmin = 1\nmax_workers = \"4 cpus\""),
        11, "'max_workers' in [[check]] must be a number of workers");
    const auto with_try = [](const std::string& lines) {
      return with_task("[[try]]\nsay = \"x\"\nfigure = \"failed\"\nmin = 1\n" + lines);
    };
    row("try without label", with_try("pause = true"), 7, "missing key 'label' in [[try]]");
    row("try without deed", with_try("label = \"y\""), 11, "'label' in [[try]] has nothing to do");
    row("try with two deeds", with_try("label = \"y\"\npause = true\nresume = true"), 13,
        "'resume' in [[try]] stands beside 'pause'");
    row("try with workers and with",
        with_try("label = \"y\"\nmax_workers = 1\nwith = { seed = 2 }"), 13,
        "'with' in [[try]] starts the scenario again");
    row("try of no time", with_try("label = \"y\"\npause = true\nduring = \"0s\""), 13,
        "'during' in [[try]] must be above 0");
    row("try with a long label", with_try("label = \"" + std::string(49, 'a') + "\""), 11,
        "'label' in [[try]] is longer than 48 bytes");
    row("try that makes no scenario", with_try("label = \"y\"\nwith = { load = { tasks = 0 } }"), 7,
        "'try' 'y' makes no scenario: 'tasks' in [load] must be 1 to");
    row("try that runs a command",
        with_try("label = \"y\"\nwith = { task = [{ steps = [{ command = \"true\" }] }] }"), 7,
        "'try' 'y' reaches the network or runs a command");
    row("try that reaches the network",
        with_try("label = \"y\"\nwith = { http = { urls = [\"http://example.org\"] } }"), 7,
        "'try' 'y' reaches the network or runs a command");
    row("script without time", with_task("[[script]]\npause = true"), 7,
        "missing key 'at' in [[script]]");
    row("script without deed", with_task("[[script]]\nat = \"1s\""), 8,
        "'at' in [[script]] has nothing to do");
    row("script in the past", with_task("[[script]]\nat = \"-1s\"\npause = true"), 8,
        "'at' in [[script]] must not be negative");
    row("script pauses and resumes",
        with_task("[[script]]\nat = \"0\"\npause = true\nresume = true"), 10,
        "'resume' in [[script]] stands beside 'pause'");

    row("missing name", without_line(kGood, 1), 1, "missing key 'name'");
    row("missing load", std::string(kTop) + kTask, 1, "missing key 'load'");
    row("missing pattern", without_line(kGood, 3), 2, "missing key 'pattern' in [load]");
    row("missing tasks", without_line(kGood, 4), 2, "missing key 'tasks' in [load]");
    row("missing task", std::string(kTop) + kLoad, 1, "missing key 'task'");
    row("missing steps", without_line(kGood, 6), 5, "missing key 'steps' in [[task]]");

    row("not TOML", "name = \"x\"\n???\n", 2, "not valid TOML: ");
    row("text without end", "name = \"x\n", 1, "not valid TOML: ");
    row("key twice", "name = \"x\"\nname = \"y\"\n", 2, "not valid TOML: ");
    row("too large a number", with_top("seed = 99999999999999999999"), 2, "not valid TOML: ");
    row("not UTF-8", "name = \"x\"\ntitle = \"\xff\xfe\"\n", 2, "not valid TOML: ");
    row("binary",
        std::string("\x7f"
                    "ELF\0\0\1",
                    7),
        1, "not valid TOML: ");
    row("deep", "a = " + std::string(5'000, '['), 1, "not valid TOML: ");
  }
  void fault_namesLineAndKey() {
    QFETCH(QByteArray, toml);
    QFETCH(int, line);
    QFETCH(QByteArray, reason);
    const auto parsed = parse_scenario(toml.toStdString(), "dir/my.toml");
    QVERIFY(!parsed);
    const auto& error = parsed.error();
    QCOMPARE(error.subject, "dir/my.toml:" + std::to_string(line));
    QVERIFY2(error.reason.starts_with(reason.toStdString()), error.reason.c_str());
    QVERIFY2(is_good(error), error.message().c_str());
  }

  void longValue_isNotToldInFull() {
    const auto parsed =
        parse_scenario(with_step("{ cpu = \"" + std::string(5'000, '9') + "x\" }"), {});
    QVERIFY(!parsed);
    QVERIFY2(is_good(parsed.error()), parsed.error().message().c_str());
  }

  void text_hasALimit() {
    QVERIFY(parse_scenario(with_top("lesson = \"" + std::string(65'536, 'a') + "\""), {}));
    const auto parsed =
        parse_scenario(with_top("lesson = \"" + std::string(65'537, 'a') + "\""), {});
    QVERIFY(!parsed);
    QCOMPARE(parsed.error().reason, std::string("'lesson' is longer than 65536 bytes"));
  }

  void fileThatIsNone_isRefused_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("missing") << QStringLiteral("nothing.toml") << QByteArray("no such file");
    QTest::newRow("in a missing folder")
        << QStringLiteral("no/a.toml") << QByteArray("no such file");
    QTest::newRow("folder") << QStringLiteral("folder.toml") << QByteArray("this is a folder");
    QTest::newRow("pipe") << QStringLiteral("pipe.toml") << QByteArray("this is no regular file");
    QTest::newRow("empty") << QStringLiteral("empty.toml") << QByteArray("the file is empty");
    QTest::newRow("blank") << QStringLiteral("blank.toml") << QByteArray("the file is empty");
    QTest::newRow("large") << QStringLiteral("large.toml") << QByteArray("larger than 1 MiB");
    QTest::newRow("link to nowhere") << QStringLiteral("link.toml") << QByteArray("no such file");
  }
  void fileThatIsNone_isRefused() {
    QFETCH(QString, name);
    QFETCH(QByteArray, reason);
    const QTemporaryDir folder;
    const auto make = [&](const char* file, const QByteArray& content) {
      QFile made(folder.filePath(QLatin1String(file)));
      QVERIFY(made.open(QIODevice::WriteOnly));
      made.write(content);
    };
    make("empty.toml", "");
    make("blank.toml", " \n\t\r\n");
    make("large.toml", QByteArray(1'048'577, '#'));
    QVERIFY(QDir(folder.path()).mkdir(QStringLiteral("folder.toml")));
    QCOMPARE(mkfifo(folder.filePath(QStringLiteral("pipe.toml")).toLocal8Bit(), 0600), 0);
    QVERIFY(QFile::link(QStringLiteral("nowhere"), folder.filePath(QStringLiteral("link.toml"))));
    const std::string path = folder.filePath(name).toStdString();
    for (const auto& found : {load_scenario_file(path), find_scenario(path)}) {
      QVERIFY(!found);
      QCOMPARE(found.error().subject, path);
      QVERIFY2(found.error().reason.starts_with(reason.toStdString()),
               found.error().reason.c_str());
      QVERIFY(is_good(found.error()));
    }
  }

  void missingKey_saysWhatToDo() {
    const auto parsed = parse_scenario(without_line(kGood, 1), "good.toml");
    QVERIFY(!parsed);
    QCOMPARE(parsed.error().advice, std::string("add it: no scenario goes without"));
  }

  void fileThatCannotBeOpened_saysWhatToDo() {
    QTemporaryFile file;
    QVERIFY(file.open());
    // Nobody forbids root to read: so the file is one too many.
    rlimit usual{};
    QCOMPARE(getrlimit(RLIMIT_NOFILE, &usual), 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = usual.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto read = load_scenario_file(file.fileName().toStdString());
    QCOMPARE(setrlimit(RLIMIT_NOFILE, &usual), 0);
    QVERIFY(!read);
    QVERIFY(read.error().reason.starts_with("cannot be opened: "));
    QCOMPARE(read.error().advice, std::string("check that you may read it"));
  }

  void truncatedAnywhere_isReadOrRefused_data() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < gallery().size(); ++i) {
      QTest::newRow(gallery()[i].name.c_str()) << int(i);
    }
  }
  void truncatedAnywhere_isReadOrRefused() {
    QFETCH(int, index);
    const std::string_view text = gallery_texts()[static_cast<std::size_t>(index)];
    for (std::size_t size = 0; size < text.size(); ++size) {
      const auto parsed = parse_scenario(text.substr(0, size), "cut.toml");
      if (!parsed) {
        QVERIFY2(is_good(parsed.error()), parsed.error().message().c_str());
        QVERIFY(parsed.error().subject.starts_with("cut.toml"));
      }
    }
  }

  void damagedAnywhere_isReadOrRefused() {
    bool given = false;
    const int from_environment = qEnvironmentVariableIntValue("POOLSCOPE_SEED", &given);
    const unsigned seed = given ? static_cast<unsigned>(from_environment) : std::random_device{}();
    qInfo("POOLSCOPE_SEED=%u", seed);
    std::mt19937 random(seed);
    const auto pick = [&](std::size_t end) { return static_cast<std::size_t>(random()) % end; };
    constexpr std::string_view kSpice =
        "[]{}=\"'\\#.,-\n\0\xff"
        "019e";
    for (int round = 0; round < 2'000; ++round) {
      std::string text(gallery_texts()[pick(gallery_texts().size())]);
      for (std::size_t damage = 1 + pick(3); damage > 0; --damage) {
        const std::size_t at = pick(text.size());
        const std::size_t count = std::min(pick(40), text.size() - at);
        pick(2) == 0 ? text.erase(at, count) : text.insert(at, 1, kSpice[pick(kSpice.size())]);
      }
      const auto parsed = parse_scenario(text, "damaged.toml");
      QVERIFY2(parsed || is_good(parsed.error()), parsed ? "" : parsed.error().message().c_str());
    }
  }
};

QTEST_APPLESS_MAIN(ScenarioFaultTest)
#include "scenario_fault_test.moc"
