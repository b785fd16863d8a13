// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDBusVariant>
#include <QObject>
#include <QString>

namespace poolscope::ui {

/// Whether the window is dark or light: what the user chose here, else what the desktop says (its
/// settings portal, also while it changes), else what the palette at the start looked like.
/// Threads: the GUI thread. The portal is asked without waiting; until it answers the palette
/// decides.
class ColorScheme : public QObject {
  Q_OBJECT
 public:
  enum class Choice { system, light, dark };
  Q_ENUM(Choice)

  explicit ColorScheme(QObject* parent = nullptr);

  bool isDark() const;
  Choice choice() const { return choice_; }

 public Q_SLOTS:
  void setChoice(poolscope::ui::ColorScheme::Choice choice);
  /// As the portal's SettingChanged: org.freedesktop.appearance, color-scheme: 0 no preference, 1
  /// dark, 2 light.
  void applyPortalSetting(const QString& group, const QString& key, const QDBusVariant& value);

 Q_SIGNALS:
  void changed();  ///< isDark() is another

 private:
  enum class Preference { none, dark, light };
  void update(Choice choice, Preference system);

  Choice choice_ = Choice::system;
  Preference system_ = Preference::none;
  bool paletteIsDark_ = false;
};

}  // namespace poolscope::ui
