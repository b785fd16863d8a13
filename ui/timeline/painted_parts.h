// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAccessible>
#include <QList>
#include <QRect>
#include <QString>

class QWidget;

namespace poolscope::ui {

/// Something that a widget paints and that is no widget itself, as assistive technology sees it.
struct PaintedPart {
  QAccessible::Role role = QAccessible::StaticText;
  QString name = {};
  QString description = {};
  QString value = {};
  QRect rect = {};  ///< in the widget
  bool selected = false;
};

/// A widget that tells assistive technology what it paints: each part is an object of its own below
/// the widget's, to be walked through and read. Parts are told by their place, from 0 on; those
/// that ask come rarely, so that they are made anew each time. Threads: the GUI thread.
class PaintsParts {
 public:
  virtual ~PaintsParts() = default;
  virtual QList<PaintedPart> paintedParts() { return {}; }
  virtual QAccessible::Role paintedRole() const = 0;  ///< of the widget itself

 protected:
  /// Makes all widgets of this sort known to Qt; to be called by their constructors.
  static void announceParts();
  /// Tells that part `index` of `widget` is what the user is at now.
  static void moveTo(QWidget* widget, int index);
};

}  // namespace poolscope::ui
