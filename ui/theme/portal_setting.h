// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDBusVariant>
#include <QList>
#include <QString>
#include <QVariant>

#include <utility>

class QObject;

namespace poolscope::ui {

/// Group and key of a setting of the desktop, as its settings portal names them.
using PortalKey = std::pair<QString, QString>;

/// Calls `receiver`'s slot applyPortalSetting(QString, QString, QDBusVariant) with what the desktop
/// says about `keys`, and again for every setting that changes. Asks without waiting; says nothing
/// where there is no portal. Threads: the GUI thread.
void followPortal(QObject* receiver, const QList<PortalKey>& keys);

/// What is in a setting's value: an answer wraps it in a variant once more than a change does.
QVariant portalValue(const QDBusVariant& value);

}  // namespace poolscope::ui
