// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/look.h"

#include <QStyle>
#include <QVariant>
#include <QWidget>

namespace poolscope::ui {

void setLook(QWidget* widget, const char* look) {
  if (widget->property("look").toString() == QLatin1String(look)) {
    return;
  }
  widget->setProperty("look", QString::fromLatin1(look));
  // Style sheets read properties only when a widget is polished.
  widget->style()->unpolish(widget);
  widget->style()->polish(widget);
}

}  // namespace poolscope::ui
