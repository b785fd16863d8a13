// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/color_scheme.h"
#include "ui/theme/motion_preference.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <memory>

class QSettings;

namespace poolscope::ui {

/// Every key that Poolscope remembers between runs, with its type and default. Values that make no
/// sense (an edited or a newer file) count as not set. Threads: the GUI thread.
class Settings {
 public:
  Settings();                                 ///< of this user
  explicit Settings(const QString& iniFile);  ///< of a file, for tests
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;
  ~Settings();

  QByteArray geometry() const;  ///< of the window; empty: never saved
  void setGeometry(const QByteArray& geometry);
  QByteArray columns() const;  ///< state of the splitter between timeline and panels
  void setColumns(const QByteArray& state);
  QByteArray rows() const;  ///< state of the splitter between timeline and chart
  void setRows(const QByteArray& state);
  ColorScheme::Choice colorScheme() const;  ///< default: the desktop's
  void setColorScheme(ColorScheme::Choice choice);
  MotionPreference::Choice motion() const;  ///< default: the desktop's
  void setMotion(MotionPreference::Choice choice);
  bool askBeforeClosing() const;  ///< default: yes
  void setAskBeforeClosing(bool ask);
  /// How much of the computer's memory a session may take, in percent; 0: any amount. Default: 25.
  int memoryShare() const;
  void setMemoryShare(int percent);
  bool introductionDone() const;  ///< the first hints were dismissed; default: no
  void setIntroductionDone(bool done);
  /// Recordings that were opened or saved, the latest first; at most kRecentFiles.
  QStringList recentFiles() const;
  void addRecentFile(const QString& path);
  void clearRecentFiles();
  static constexpr int kRecentFiles = 10;
  QString folder() const;  ///< where a file was last opened or saved; default: the user's documents
  void setFolder(const QString& folder);
  /// Whether the user let this very scenario text reach the network or run commands.
  bool isTrusted(const QByteArray& scenarioText) const;
  void setTrusted(const QByteArray& scenarioText);

 private:
  std::unique_ptr<QSettings> store_;
};

}  // namespace poolscope::ui
