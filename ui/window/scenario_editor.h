// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/theme.h"

#include <QDialog>
#include <QString>

#include <functional>

class QLabel;
class QPushButton;

namespace poolscope::ui {

class Dialogs;
class NumberedText;

/// A scenario's text, to be changed, checked at each letter, run and saved. It stays open beside
/// the window. Threads: the GUI thread.
class ScenarioEditor : public QDialog {
  Q_OBJECT
 public:
  ScenarioEditor(Dialogs& dialogs, const Theme& theme, QWidget* parent);

  /// `name` is the file's, or what the text is called that comes from none.
  void edit(const QString& toml, const QString& name);
  void setTheme(const Theme& theme);
  void reject() override;

 Q_SIGNALS:
  void run(const QString& toml, const QString& name);

 private:
  void check();
  void say(const QString& text, const char* look);
  void saveAs(std::function<void()> saved = {});
  bool isChanged() const;

  Dialogs& dialogs_;
  QString name_ = {};
  QString savedText_ = {};
  NumberedText* text_;
  QLabel* verdict_;
  QPushButton* run_;
};

}  // namespace poolscope::ui
