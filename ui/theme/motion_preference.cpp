// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/motion_preference.h"

#include "ui/theme/portal_setting.h"

#include <algorithm>

namespace poolscope::ui {
namespace {

/// What the desktops call it, in the order of reducedBy_.
const QList<PortalKey>& portalKeys() {
  static const QList<PortalKey> keys{
      {QStringLiteral("org.freedesktop.appearance"), QStringLiteral("reduced-motion")},
      {QStringLiteral("org.gnome.desktop.interface"), QStringLiteral("enable-animations")},
      {QStringLiteral("org.kde.kdeglobals.KDE"), QStringLiteral("AnimationDurationFactor")}};
  return keys;
}

bool reduces(qsizetype key, const QVariant& value) {
  bool isNumber = false;
  switch (key) {
    case 0:
      return value.toUInt() == 1;
    case 1:
      return value.canConvert<bool>() && !value.toBool();
    default:
      return value.toDouble(&isNumber) <= 0 && isNumber;
  }
}

}  // namespace

MotionPreference::MotionPreference(QObject* parent) : QObject(parent) {
  followPortal(this, portalKeys());
}

bool MotionPreference::isReduced() const {
  return choice_ == Choice::system ? std::any_of(reducedBy_.begin(), reducedBy_.end(),
                                                 [](bool reduced) { return reduced; })
                                   : choice_ == Choice::reduced;
}

void MotionPreference::setChoice(Choice choice) {
  const bool before = isReduced();
  choice_ = choice;
  if (isReduced() != before) {
    Q_EMIT changed();
  }
}

void MotionPreference::applyPortalSetting(const QString& group, const QString& key,
                                          const QDBusVariant& value) {
  const qsizetype known = portalKeys().indexOf({group, key});
  if (known < 0) {
    return;
  }
  const bool before = isReduced();
  reducedBy_[static_cast<std::size_t>(known)] = reduces(known, portalValue(value));
  if (isReduced() != before) {
    Q_EMIT changed();
  }
}

}  // namespace poolscope::ui
