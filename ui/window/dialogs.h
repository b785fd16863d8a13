// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>

#include <functional>

class QFileDialog;
class QWidget;

namespace poolscope::ui {

class Settings;

/// The window's questions. None blocks: the answer comes as a call, and no call is a no.
/// Threads: the GUI thread.
class Dialogs {
 public:
  enum class Answer { save, discard };

  /// `native`: file dialogs of the desktop; tests take Qt's own.
  Dialogs(QWidget* window, Settings& settings, bool native);

  void chooseFileToOpen(const QString& title, const QString& filter,
                        std::function<void(const QString&)> chosen);
  /// Asks about overwriting. `suffix` is added to a name without one.
  void chooseFileToSave(const QString& title, const QString& filter, const QString& suffix,
                        const QString& suggestedName, std::function<void(const QString&)> chosen);
  /// Save, discard or cancel. With `canSilence` it may be asked for the last time.
  void askUnsaved(const QString& text, bool canSilence, std::function<void(Answer)> answered);
  /// Says what a file would lack; `agreed` if it is wanted all the same.
  void askIncomplete(const QString& what, std::function<void()> agreed);
  /// Two recordings: are they to be compared, or is the first one to be opened?
  void askWhatOfTwo(const QString& first, const QString& second, std::function<void()> compare,
                    std::function<void()> openFirst);
  void askConsent(const QString& file, const QString& what, std::function<void()> agreed);

 private:
  void run(QFileDialog* dialog, std::function<void(const QString&)> chosen);

  QWidget* window_;
  Settings& settings_;
  bool native_;
};

}  // namespace poolscope::ui
