// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDBusVariant>
#include <QObject>
#include <QString>

#include <array>

namespace poolscope::ui {

/// Whether things may fly and glide: what the user chose here, else what the desktop says (its
/// settings portal, also while it changes), else they may. Threads: the GUI thread. The portal is
/// asked without waiting.
class MotionPreference : public QObject {
  Q_OBJECT
 public:
  enum class Choice { system, full, reduced };
  Q_ENUM(Choice)

  explicit MotionPreference(QObject* parent = nullptr);

  bool isReduced() const;

 public Q_SLOTS:
  void setChoice(poolscope::ui::MotionPreference::Choice choice);
  /// As the portal's SettingChanged. Known: org.freedesktop.appearance, reduced-motion: 1;
  /// org.gnome.desktop.interface, enable-animations: false; org.kde.kdeglobals.KDE,
  /// AnimationDurationFactor: "0". Any of them reduces motion.
  void applyPortalSetting(const QString& group, const QString& key, const QDBusVariant& value);

 Q_SIGNALS:
  void changed();  ///< isReduced() is another

 private:
  Choice choice_ = Choice::system;
  std::array<bool, 3> reducedBy_ = {};  ///< by each of the desktop's settings
};

}  // namespace poolscope::ui
