// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QHash>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

namespace {

// What a folder may include beside itself. core/base may be used by all; ui and app have rules of
// their own below.
const QHash<QString, QSet<QString>>& coreRules() {
  static const QHash<QString, QSet<QString>> rules{
      {QStringLiteral("base"), {}},
      {QStringLiteral("trace"), {}},
      {QStringLiteral("executor"), {QStringLiteral("trace")}},
      {QStringLiteral("session"), {QStringLiteral("trace")}},
      {QStringLiteral("storage"), {QStringLiteral("trace"), QStringLiteral("session")}},
      {QStringLiteral("workload"), {QStringLiteral("trace"), QStringLiteral("executor")}},
      {QStringLiteral("bridge"),
       {QStringLiteral("trace"), QStringLiteral("session"), QStringLiteral("storage")}},
      {QStringLiteral("experiment"),
       {QStringLiteral("trace"), QStringLiteral("executor"), QStringLiteral("session"),
        QStringLiteral("storage"), QStringLiteral("workload"), QStringLiteral("bridge")}},
  };
  return rules;
}

struct Include {
  QString file = {};    // from the root: core/trace/event.h
  QString target = {};  // as written, without quotes or brackets
  bool quoted = false;
};

QList<Include> includesOf(const QString& folder) {
  static const QRegularExpression pattern(
      QStringLiteral(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])"));
  const QDir root(QStringLiteral(POOLSCOPE_SOURCE));
  QList<Include> includes;
  QDirIterator files(root.filePath(folder), {QStringLiteral("*.h"), QStringLiteral("*.cpp")},
                     QDir::Files, QDirIterator::Subdirectories);
  while (files.hasNext()) {
    QFile file(files.next());
    if (!file.open(QIODevice::ReadOnly | QIODevice::Text)) {
      continue;
    }
    while (!file.atEnd()) {
      const auto match = pattern.match(QString::fromUtf8(file.readLine()));
      if (match.hasMatch()) {
        includes.append({root.relativeFilePath(file.fileName()), match.captured(2),
                         match.captured(1) == QLatin1String("\"")});
      }
    }
  }
  return includes;
}

QString complaint(const Include& include) {
  return include.file + QStringLiteral(" includes ") + include.target;
}

}  // namespace

class IncludesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void core_knowsNeitherQtNorUiNorApp();
  void core_folders_seeOnlyWhatStandsBelow();
  void ui_doesNotKnowApp_norTheExecutor();
  void projectHeaders_areNamedFromTheRoot();
};

void IncludesTest::core_knowsNeitherQtNorUiNorApp() {
  const QList<Include> includes = includesOf(QStringLiteral("core"));
  QVERIFY(includes.size() > 100);  // the reading works
  static const QRegularExpression forbidden(QStringLiteral("^(Q[A-Z]|Qt[A-Z]|ui/|app/)"));
  for (const Include& include : includes) {
    QVERIFY2(!forbidden.match(include.target).hasMatch(), qPrintable(complaint(include)));
  }
}

void IncludesTest::core_folders_seeOnlyWhatStandsBelow() {
  for (const Include& include : includesOf(QStringLiteral("core"))) {
    if (!include.quoted) {
      continue;
    }
    const QString folder = include.file.section(QLatin1Char('/'), 1, 1);
    const QString target = include.target.section(QLatin1Char('/'), 1, 1);
    QVERIFY2(coreRules().contains(folder), qPrintable(include.file));
    const bool allowed = target == folder || target == QLatin1String("base") ||
                         coreRules().value(folder).contains(target);
    QVERIFY2(allowed, qPrintable(complaint(include)));
  }
}

void IncludesTest::ui_doesNotKnowApp_norTheExecutor() {
  const QList<Include> includes = includesOf(QStringLiteral("ui"));
  QVERIFY(includes.size() > 100);
  for (const Include& include : includes) {
    QVERIFY2(!include.target.startsWith(QLatin1String("app/")), qPrintable(complaint(include)));
    QVERIFY2(!include.target.startsWith(QLatin1String("core/executor/")),
             qPrintable(complaint(include)));
  }
}

void IncludesTest::projectHeaders_areNamedFromTheRoot() {
  static const QRegularExpression fromRoot(QStringLiteral("^(core|ui|app)/[a-z0-9_./]+\\.h$"));
  for (const char* folder : {"core", "ui", "app"}) {
    for (const Include& include : includesOf(QLatin1String(folder))) {
      if (include.quoted) {
        QVERIFY2(fromRoot.match(include.target).hasMatch(), qPrintable(complaint(include)));
      }
    }
  }
}

QTEST_APPLESS_MAIN(IncludesTest)
#include "includes_test.moc"
