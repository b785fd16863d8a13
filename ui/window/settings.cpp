// SPDX-License-Identifier: Apache-2.0
#include "ui/window/settings.h"

#include "core/base/memory.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QMetaEnum>
#include <QSettings>
#include <QStandardPaths>

namespace poolscope::ui {

namespace {

QString key(const char* name) {
  return QString::fromLatin1(name);
}

constexpr auto kGeometry = "window/geometry";
constexpr auto kColumns = "window/columns";
constexpr auto kRows = "window/rows";
constexpr auto kColorScheme = "window/colorScheme";
constexpr auto kMotion = "window/motion";
constexpr auto kAskBeforeClosing = "session/askBeforeClosing";
constexpr auto kMemoryShare = "session/memoryShare";
constexpr auto kIntroductionDone = "window/introductionDone";
constexpr auto kFolder = "files/folder";
constexpr auto kRecent = "files/recent";
constexpr auto kTrusted = "scenarios/trusted";

/// Choices are kept by name; their default is the first.
template <typename Choice>
Choice choiceAt(const QSettings& store, const char* name) {
  bool known = false;
  const int value = QMetaEnum::fromType<Choice>().keyToValue(
      store.value(key(name)).toString().toLatin1().constData(), &known);
  return known ? static_cast<Choice>(value) : Choice{};
}

template <typename Choice>
void setChoiceAt(QSettings& store, const char* name, Choice choice) {
  store.setValue(
      key(name),
      QString::fromLatin1(QMetaEnum::fromType<Choice>().valueToKey(static_cast<int>(choice))));
}

// The text itself is what was consented to: a changed file is asked about anew.
QString digest(const QByteArray& scenarioText) {
  return QString::fromLatin1(
      QCryptographicHash::hash(scenarioText, QCryptographicHash::Sha256).toHex());
}

}  // namespace

Settings::Settings()
    : store_(std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope,
                                         QStringLiteral("poolscope"),
                                         QStringLiteral("poolscope"))) {}

Settings::Settings(const QString& iniFile)
    : store_(std::make_unique<QSettings>(iniFile, QSettings::IniFormat)) {}

Settings::~Settings() = default;

QByteArray Settings::geometry() const {
  return store_->value(key(kGeometry)).toByteArray();
}
void Settings::setGeometry(const QByteArray& geometry) {
  store_->setValue(key(kGeometry), geometry);
}

QByteArray Settings::columns() const {
  return store_->value(key(kColumns)).toByteArray();
}
void Settings::setColumns(const QByteArray& state) {
  store_->setValue(key(kColumns), state);
}

QByteArray Settings::rows() const {
  return store_->value(key(kRows)).toByteArray();
}
void Settings::setRows(const QByteArray& state) {
  store_->setValue(key(kRows), state);
}

ColorScheme::Choice Settings::colorScheme() const {
  return choiceAt<ColorScheme::Choice>(*store_, kColorScheme);
}
void Settings::setColorScheme(ColorScheme::Choice choice) {
  setChoiceAt(*store_, kColorScheme, choice);
}

MotionPreference::Choice Settings::motion() const {
  return choiceAt<MotionPreference::Choice>(*store_, kMotion);
}
void Settings::setMotion(MotionPreference::Choice choice) {
  setChoiceAt(*store_, kMotion, choice);
}

bool Settings::askBeforeClosing() const {
  return store_->value(key(kAskBeforeClosing)).toString() != QLatin1String("false");
}
void Settings::setAskBeforeClosing(bool ask) {
  store_->setValue(key(kAskBeforeClosing), ask);
}

int Settings::memoryShare() const {
  constexpr int kMost = 90;
  bool isNumber = false;
  const int percent = store_->value(key(kMemoryShare)).toString().toInt(&isNumber);
  return isNumber && percent >= 0 && percent <= kMost ? percent : kUsualMemoryPercent;
}
void Settings::setMemoryShare(int percent) {
  store_->setValue(key(kMemoryShare), percent);
}

bool Settings::introductionDone() const {
  return store_->value(key(kIntroductionDone)).toString() == QLatin1String("true");
}
void Settings::setIntroductionDone(bool done) {
  store_->setValue(key(kIntroductionDone), done);
}

QString Settings::folder() const {
  const QString folder = store_->value(key(kFolder)).toString();
  if (!folder.isEmpty() && QDir(folder).exists()) {
    return folder;
  }
  return QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
}
void Settings::setFolder(const QString& folder) {
  store_->setValue(key(kFolder), folder);
}

QStringList Settings::recentFiles() const {
  return store_->value(key(kRecent)).toStringList().mid(0, kRecentFiles);
}
void Settings::addRecentFile(const QString& path) {
  QStringList files = recentFiles();
  const QString absolute = QFileInfo(path).absoluteFilePath();
  files.removeAll(absolute);
  files.prepend(absolute);
  store_->setValue(key(kRecent), files.mid(0, kRecentFiles));
}
void Settings::clearRecentFiles() {
  store_->remove(key(kRecent));
}

bool Settings::isTrusted(const QByteArray& scenarioText) const {
  return store_->value(key(kTrusted)).toStringList().contains(digest(scenarioText));
}
void Settings::setTrusted(const QByteArray& scenarioText) {
  if (!isTrusted(scenarioText)) {
    store_->setValue(key(kTrusted), store_->value(key(kTrusted)).toStringList()
                                        << digest(scenarioText));
  }
}

}  // namespace poolscope::ui
