// SPDX-License-Identifier: Apache-2.0
#include "program.h"
#include "virtual_display.h"

#include <QDBusArgument>
#include <QDBusConnection>
#include <QDBusInterface>
#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusObjectPath>
#include <QDBusReply>
#include <QDBusVariant>
#include <QList>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <memory>
#include <optional>

using poolscope::test::kPatienceMs;
using poolscope::test::VirtualDisplay;

namespace {

/// An object of the accessibility bus: who has it, and where.
struct ObjectReference {
  QString service = {};
  QDBusObjectPath path = {};
};

QDBusArgument& operator<<(QDBusArgument& out, const ObjectReference& reference) {
  out.beginStructure();
  out << reference.service << reference.path;
  out.endStructure();
  return out;
}
const QDBusArgument& operator>>(const QDBusArgument& in, ObjectReference& reference) {
  in.beginStructure();
  in >> reference.service >> reference.path;
  in.endStructure();
  return in;
}

/// A message bus of its own, as a desktop's session has one. It starts what a desktop would:
/// the accessibility bus and its registry.
class SessionBus {
 public:
  bool start(const QProcessEnvironment& environment) {
    daemon_.setProcessEnvironment(environment);
    daemon_.start(QStringLiteral("dbus-daemon"),
                  {QStringLiteral("--session"), QStringLiteral("--nofork"),
                   QStringLiteral("--print-address=1")});
    if (!daemon_.waitForStarted() || !daemon_.waitForReadyRead(kPatienceMs)) {
      return false;
    }
    address_ = QString::fromUtf8(daemon_.readLine().trimmed());
    return !address_.isEmpty();
  }
  ~SessionBus() {
    daemon_.terminate();
    daemon_.waitForFinished();
  }
  QString address() const { return address_; }

 private:
  QProcess daemon_;
  QString address_ = {};
};

/// What a screen reader sees of an object.
class Accessible {
 public:
  Accessible(QDBusConnection bus, ObjectReference reference)
      : bus_(std::move(bus)),
        reference_(std::move(reference)) {}

  QString name() const { return property(QStringLiteral("Name")).toString(); }
  QString description() const { return property(QStringLiteral("Description")).toString(); }
  QString role() const {
    return call(QStringLiteral("GetRoleName")).arguments().value(0).toString();
  }
  bool hasState(int state) const {
    const QDBusReply<QList<uint>> reply = call(QStringLiteral("GetState"));
    const QList<uint> words = reply.value();
    return state / 32 < words.size() && ((words[state / 32] >> (state % 32)) & 1U) != 0;
  }
  QList<Accessible> children() const {
    const QDBusReply<QList<ObjectReference>> reply = call(QStringLiteral("GetChildren"));
    QList<Accessible> found;
    for (const ObjectReference& child : reply.value()) {
      found.append(Accessible(bus_, child));
    }
    return found;
  }
  /// The first below this one that is as wanted.
  std::optional<Accessible> find(const std::function<bool(const Accessible&)>& wanted) const {
    for (const Accessible& child : children()) {
      if (wanted(child)) {
        return child;
      }
      if (const auto below = child.find(wanted)) {
        return below;
      }
    }
    return {};
  }

 private:
  QDBusMessage call(const QString& method) const {
    return bus_.call(QDBusMessage::createMethodCall(reference_.service, reference_.path.path(),
                                                    QStringLiteral("org.a11y.atspi.Accessible"),
                                                    method));
  }
  QVariant property(const QString& name) const {
    QDBusMessage get = QDBusMessage::createMethodCall(
        reference_.service, reference_.path.path(),
        QStringLiteral("org.freedesktop.DBus.Properties"), QStringLiteral("Get"));
    get.setArguments({QStringLiteral("org.a11y.atspi.Accessible"), name});
    const QDBusReply<QDBusVariant> reply = bus_.call(get);
    return reply.value().variant();
  }

  QDBusConnection bus_;
  ObjectReference reference_;
};

constexpr int kFocusedState = 12;  // of AtspiStateType
constexpr int kSelectedState = 23;

}  // namespace

Q_DECLARE_METATYPE(ObjectReference)
Q_DECLARE_METATYPE(QList<ObjectReference>)

/// The window as a screen reader has it: read over the accessibility bus of a session, used by
/// keys.
class AssistiveTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase();
  void figures_haveNamesAndValues();
  void selectedTask_isToldWithStateAndTimes();
  void everyControl_hasANameAndARole();

 private:
  std::optional<Accessible> window() const;
  std::optional<Accessible> named(const QString& name) const;

  VirtualDisplay display_;
  SessionBus session_;
  QTemporaryDir folder_;
  QProcess program_;
  std::optional<QDBusConnection> bus_;
};

void AssistiveTest::initTestCase() {
  qDBusRegisterMetaType<ObjectReference>();
  qDBusRegisterMetaType<QList<ObjectReference>>();
  const QString recording = folder_.filePath(QStringLiteral("web.pftrace"));
  const auto recorded = poolscope::test::runPoolscope(
      {QStringLiteral("record"), QStringLiteral("--scenario"), QStringLiteral("web-scraping"),
       QStringLiteral("--tasks"), QStringLiteral("40"), QStringLiteral("--output"), recording});
  QVERIFY2(recorded.status == 0, qPrintable(recorded.err));
  QVERIFY2(display_.start(), "Xvfb and openbox are needed: tests/run.sh installs them");
  QProcessEnvironment environment = display_.environment();
  environment.insert(QStringLiteral("XDG_CONFIG_HOME"), folder_.path());
  environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), folder_.path());
  QVERIFY2(session_.start(environment), "dbus-daemon is needed: tests/run.sh installs it");
  environment.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"), session_.address());
  environment.insert(QStringLiteral("QT_LINUX_ACCESSIBILITY_ALWAYS_ON"), QStringLiteral("1"));
  program_.setProcessEnvironment(environment);
  program_.start(QStringLiteral(POOLSCOPE_PROGRAM), {QStringLiteral("--open"), recording});
  QVERIFY(program_.waitForStarted());

  const QDBusConnection session =
      QDBusConnection::connectToBus(session_.address(), QStringLiteral("session"));
  const QDBusReply<QString> address = session.call(QDBusMessage::createMethodCall(
      QStringLiteral("org.a11y.Bus"), QStringLiteral("/org/a11y/bus"),
      QStringLiteral("org.a11y.Bus"), QStringLiteral("GetAddress")));
  QVERIFY2(address.isValid(), "at-spi2-core is needed: tests/run.sh installs it");
  bus_ = QDBusConnection::connectToBus(address.value(), QStringLiteral("accessibility"));
  QVERIFY(bus_->isConnected());
  QTRY_VERIFY_WITH_TIMEOUT(window().has_value(), kPatienceMs);
}

void AssistiveTest::cleanupTestCase() {
  program_.kill();
  program_.waitForFinished();
  bus_.reset();
  QDBusConnection::disconnectFromBus(QStringLiteral("accessibility"));
  QDBusConnection::disconnectFromBus(QStringLiteral("session"));
}

std::optional<Accessible> AssistiveTest::window() const {
  const Accessible desktop(*bus_, {QStringLiteral("org.a11y.atspi.Registry"),
                                   QDBusObjectPath("/org/a11y/atspi/accessible/root")});
  for (const Accessible& program : desktop.children()) {
    for (const Accessible& window : program.children()) {
      if (window.name().contains(QLatin1String("Poolscope"))) {
        return window;
      }
    }
  }
  return {};
}

std::optional<Accessible> AssistiveTest::named(const QString& name) const {
  // Numbers have no-break spaces before their units.
  const QRegularExpression pattern(QRegularExpression::anchoredPattern(name),
                                   QRegularExpression::UseUnicodePropertiesOption);
  return window()->find(
      [&](const Accessible& each) { return pattern.match(each.name()).hasMatch(); });
}

void AssistiveTest::figures_haveNamesAndValues() {
  for (const char* figure : {"Throughput: [0-9.]+ tasks/s", "utilization: [0-9]+ %",
                             "queue wait p50: [0-9.]+ (ns|\u00b5s|ms|s)",
                             "queue wait p99: [0-9.]+ (ns|\u00b5s|ms|s)", "finished: 40"}) {
    const QString pattern = QString::fromUtf8(figure).replace(u' ', QLatin1String("\\s"));
    QTRY_VERIFY2_WITH_TIMEOUT(named(pattern).has_value(), figure, kPatienceMs);
    QCOMPARE(named(pattern)->role(), QStringLiteral("label"));
  }
}

void AssistiveTest::selectedTask_isToldWithStateAndTimes() {
  const auto timeline = named(QStringLiteral("Timeline"));
  QVERIFY(timeline.has_value());
  QCOMPARE(timeline->children().size(), 0);
  QCOMPARE(timeline->description(), QStringLiteral("No task is selected."));
  QVERIFY(timeline->hasState(kFocusedState));  // where keys go from the start

  const QString id = display_.window(QStringLiteral("Poolscope"));
  display_.key(id, QStringLiteral("Left"));
  QTRY_COMPARE_WITH_TIMEOUT(timeline->children().size(), 1, kPatienceMs);
  const Accessible task = timeline->children().first();
  QVERIFY2(task.name().contains(QRegularExpression(QStringLiteral("[0-9]+$"))),
           qPrintable(task.name()));
  QCOMPARE(task.role(), QStringLiteral("list item"));
  QVERIFY(task.hasState(kSelectedState));
  QVERIFY(task.hasState(kFocusedState));
  for (const char* part : {"finished", "on .*_[0-9]+", "waited [0-9.]+\\s(ns|\u00b5s|ms|s)",
                           "ran [0-9.]+\\s(ns|\u00b5s|ms|s)"}) {
    QVERIFY2(task.description().contains(QRegularExpression(
                 QString::fromUtf8(part), QRegularExpression::UseUnicodePropertiesOption)),
             qPrintable(task.description()));
  }
  QCOMPARE(timeline->description(), task.name() + QLatin1String(", ") + task.description());

  const QString before = task.name();
  display_.key(id, QStringLiteral("Left"));
  QTRY_VERIFY_WITH_TIMEOUT(timeline->children().first().name() != before, kPatienceMs);
  display_.key(id, QStringLiteral("Escape"));
  QTRY_COMPARE_WITH_TIMEOUT(timeline->children().size(), 0, kPatienceMs);
}

void AssistiveTest::everyControl_hasANameAndARole() {
  const QStringList controls{QStringLiteral("push button"), QStringLiteral("toggle button"),
                             QStringLiteral("button menu"), QStringLiteral("combo box"),
                             QStringLiteral("spin box"),    QStringLiteral("slider"),
                             QStringLiteral("page tab"),    QStringLiteral("table")};
  int seen = 0;
  const auto nameless = window()->find([&](const Accessible& each) {
    const bool isControl = controls.contains(each.role());
    seen += isControl ? 1 : 0;
    return each.role() == QLatin1String("unknown") || (isControl && each.name().isEmpty());
  });
  QVERIFY2(!nameless.has_value(), qPrintable(nameless ? nameless->role() : QString()));
  QVERIFY(seen >= 10);
}

QTEST_GUILESS_MAIN(AssistiveTest)
#include "assistive_test.moc"
