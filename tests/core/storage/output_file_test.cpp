// SPDX-License-Identifier: Apache-2.0
#include "core/storage/recording.h"
#include "event_samples.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace poolscope;
using namespace poolscope::storage;

namespace {
constexpr uid_t kNobody = 65534;

/// What check_output() says to a user who is not root; a file's permissions mean nothing to root.
std::string message_as_nobody(const std::filesystem::path& path, bool overwrite) {
  int pipe_ends[2] = {};
  if (pipe(pipe_ends) != 0) {
    return "no pipe";
  }
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) {
      _exit(2);
    }
    const auto result = check_output(path, overwrite);
    const std::string text = result ? "" : result.error().message();
    _exit(write(pipe_ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0
                                                                                             : 1);
  }
  close(pipe_ends[1]);
  std::string text;
  char buffer[512];
  for (ssize_t n = 0; (n = read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
  }
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : "the child failed";
}
}  // namespace

class OutputFileTest : public QObject {
  Q_OBJECT

 private:
  std::filesystem::path file(const char* name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  std::size_t files_in_folder() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_.path().toStdString()), {}));
  }
  QTemporaryDir folder_;

 private slots:
  void init();
  void output_thatMustNotBeWritten_saysWhy_data();
  void output_thatMustNotBeWritten_saysWhy();
  void output_newOrReplaced_isFine();
  void output_withoutPermission_saysSo();
  void save_overExistingFile_needsOverwrite();
  void save_throughALink_replacesWhatItPointsTo();
  void save_toAFullDevice_isAnErrorAndLeavesTheDevice();
  void save_thatFails_leavesNoFile();
};

void OutputFileTest::init() {
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path().toStdString())) {
    std::filesystem::remove_all(entry.path());
  }
}

void OutputFileTest::output_thatMustNotBeWritten_saysWhy_data() {
  QTest::addColumn<QString>("path");
  QTest::addColumn<bool>("overwrite");
  QTest::addColumn<QString>("text");
  QTest::newRow("exists") << "there" << false << "use --force to replace it";
  QTest::newRow("a folder") << "folder" << true << "is a folder";
  QTest::newRow("folder missing") << "missing/new" << false << "does not exist";
  QTest::newRow("folder is a file") << "there/new" << false << "not a";
  QTest::newRow("ends in a slash") << "new/" << false << "folder";
  QTest::newRow("a pipe") << "pipe" << true << "not a regular file";
  QTest::newRow("nothing") << "" << false << "no name";
}

void OutputFileTest::output_thatMustNotBeWritten_saysWhy() {
  QFETCH(QString, path);
  QFETCH(bool, overwrite);
  QFETCH(QString, text);
  write_file(file("there"), "x");
  std::filesystem::create_directory(file("folder"));
  mkfifo(file("pipe").c_str(), 0600);
  const auto full = path.isEmpty() ? std::filesystem::path() : file(path.toUtf8().constData());
  const auto result = check_output(full, overwrite);
  QVERIFY(!result.has_value());
  QVERIFY2(result.error().message().find(text.toStdString()) != std::string::npos,
           result.error().message().c_str());
  QVERIFY(path.isEmpty() || result.error().subject == full.string());
  QCOMPARE(read_file(file("there")), std::string("x"));
}

void OutputFileTest::output_newOrReplaced_isFine() {
  write_file(file("there"), "x");
  QVERIFY(check_output(file("new"), false).has_value());
  QVERIFY(check_output(file("there"), true).has_value());
  QVERIFY(check_output("name-without-a-folder", false).has_value());
}

void OutputFileTest::output_withoutPermission_saysSo() {
  chmod(folder_.path().toUtf8().constData(), 0755);
  std::filesystem::create_directory(file("closed"));
  write_file(file("mine"), "x");
  if (geteuid() != 0) {
    chmod(file("closed").c_str(), 0555);
    chmod(file("mine").c_str(), 0444);
  }
  const std::string folder = message_as_nobody(file("closed") / "new", false);
  const std::string existing = message_as_nobody(file("mine"), true);
  chmod(file("closed").c_str(), 0755);
  QVERIFY2(folder.find("cannot be written, permission denied") != std::string::npos,
           folder.c_str());
  QVERIFY2(existing.find("cannot be written, permission denied") != std::string::npos,
           existing.c_str());
}

void OutputFileTest::save_overExistingFile_needsOverwrite() {
  const SimulatedPool pool({.tasks = 5});
  const auto session = session_of(pool.directory, pool.events);
  write_file(file("there"), "precious");
  const auto refused = save_recording(*session->snapshot(), file("there"), {});
  QVERIFY(!refused.has_value());
  QVERIFY(refused.error().message().find("--force") != std::string::npos);
  QCOMPARE(read_file(file("there")), std::string("precious"));
  QVERIFY(save_recording(*session->snapshot(), file("there"), {.overwrite = true}).has_value());
  session::Session read;
  QVERIFY(open_recording(file("there"), read).has_value());
  QCOMPARE(read.snapshot()->task_count(), std::uint64_t{5});
  QCOMPARE(files_in_folder(), std::size_t{1});
}

void OutputFileTest::save_throughALink_replacesWhatItPointsTo() {
  const SimulatedPool pool({.tasks = 5});
  const auto session = session_of(pool.directory, pool.events);
  write_file(file("target"), "old");
  std::filesystem::create_symlink("target", file("link"));
  QVERIFY(save_recording(*session->snapshot(), file("link"), {.overwrite = true}).has_value());
  QVERIFY(std::filesystem::is_symlink(file("link")));
  QVERIFY(read_file(file("target")).size() > 100);
}

void OutputFileTest::save_toAFullDevice_isAnErrorAndLeavesTheDevice() {
  const SimulatedPool pool({.tasks = 5});
  const auto session = session_of(pool.directory, pool.events);
  const auto saved = save_recording(*session->snapshot(), "/dev/full", {.overwrite = true});
  QVERIFY(!saved.has_value());
  QVERIFY(saved.error().reason.find("no space left") != std::string::npos);
  QVERIFY(std::filesystem::is_character_file("/dev/full"));
}

void OutputFileTest::save_thatFails_leavesNoFile() {
  const SimulatedPool pool({.tasks = 5'000});
  const auto session = session_of(pool.directory, pool.events);
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit limit = before;
  limit.rlim_cur = 4096;
  setrlimit(RLIMIT_FSIZE, &limit);
  const auto saved = save_recording(*session->snapshot(), file("new"), {});
  setrlimit(RLIMIT_FSIZE, &before);
  QVERIFY(!saved.has_value());
  QCOMPARE(saved.error().subject, file("new").string());
  QCOMPARE(files_in_folder(), std::size_t{0});
}

QTEST_APPLESS_MAIN(OutputFileTest)
#include "output_file_test.moc"
