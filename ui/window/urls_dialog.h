// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"

#include <QDialog>
#include <QString>

#include <string>
#include <vector>

class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace poolscope::ui {

class Dialogs;
class NumberedText;

/// Takes URLs, pasted or of a text file, and makes a scenario that fetches them.
/// Threads: the GUI thread.
class UrlsDialog : public QDialog {
  Q_OBJECT
 public:
  UrlsDialog(Dialogs& dialogs, const Theme& theme, QWidget* parent);

 Q_SIGNALS:
  void run(const QString& toml, const QString& name);

 private:
  void check();
  void read(const QString& path);
  /// Of the URLs that were found; there must be one at least.
  std::string scenario() const;
  void say(const QString& text, const char* look);

  Dialogs& dialogs_;
  std::vector<std::string> urls_ = {};  ///< in the text
  NumberedText* text_;
  QSpinBox* workers_;
  QSpinBox* atATime_;
  QDoubleSpinBox* rate_;
  QLabel* verdict_;
  QPushButton* run_;
};

}  // namespace poolscope::ui
