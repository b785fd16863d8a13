// SPDX-License-Identifier: Apache-2.0
#include "ui/timeline/painted_parts.h"

#include <QAccessibleWidget>
#include <QWidget>

#include <algorithm>
#include <optional>
#include <vector>

namespace poolscope::ui {
namespace {

PaintsParts* partsOf(QObject* object) {
  return dynamic_cast<PaintsParts*>(object);
}

class PartAccessible : public QAccessibleInterface {
 public:
  PartAccessible(QWidget* widget, int index) : widget_(widget), index_(index) {}

  bool isValid() const override { return part().has_value(); }
  QObject* object() const override { return nullptr; }
  QAccessibleInterface* childAt(int, int) const override { return nullptr; }
  QAccessibleInterface* parent() const override {
    return QAccessible::queryAccessibleInterface(widget_);
  }
  QAccessibleInterface* child(int) const override { return nullptr; }
  int childCount() const override { return 0; }
  int indexOfChild(const QAccessibleInterface*) const override { return -1; }

  QString text(QAccessible::Text text) const override {
    const PaintedPart shown = part().value_or(PaintedPart{});
    return text == QAccessible::Name          ? shown.name
           : text == QAccessible::Description ? shown.description
           : text == QAccessible::Value       ? shown.value
                                              : QString();
  }
  void setText(QAccessible::Text, const QString&) override {}
  QRect rect() const override {
    const QRect inWidget = part().value_or(PaintedPart{}).rect;
    return {widget_->mapToGlobal(inWidget.topLeft()), inWidget.size()};
  }
  QAccessible::Role role() const override { return part().value_or(PaintedPart{}).role; }
  QAccessible::State state() const override {
    const PaintedPart shown = part().value_or(PaintedPart{});
    QAccessible::State state;
    state.readOnly = true;
    state.invisible = !widget_->isVisible();
    state.selectable = shown.selected;
    state.selected = shown.selected;
    state.focusable = shown.selected;
    state.focused = shown.selected && widget_->hasFocus();
    return state;
  }

 private:
  std::optional<PaintedPart> part() const {
    const QList<PaintedPart> parts = partsOf(widget_)->paintedParts();
    return index_ < parts.size() ? std::optional(parts[index_]) : std::nullopt;
  }

  QWidget* widget_;
  int index_;
};

class PartsAccessible : public QAccessibleWidget {
 public:
  explicit PartsAccessible(QWidget* widget)
      : QAccessibleWidget(widget, partsOf(widget)->paintedRole()) {}
  ~PartsAccessible() override {
    for (const QAccessible::Id id : ids_) {
      QAccessible::deleteAccessibleInterface(id);
    }
  }

  int childCount() const override {
    return static_cast<int>(partsOf(widget())->paintedParts().size());
  }
  QAccessibleInterface* child(int index) const override {
    if (index < 0 || index >= childCount()) {
      return nullptr;
    }
    while (static_cast<int>(ids_.size()) <= index) {
      ids_.push_back(QAccessible::registerAccessibleInterface(
          new PartAccessible(widget(), static_cast<int>(ids_.size()))));
    }
    return QAccessible::accessibleInterface(ids_[static_cast<std::size_t>(index)]);
  }
  int indexOfChild(const QAccessibleInterface* child) const override {
    const auto id = QAccessible::uniqueId(const_cast<QAccessibleInterface*>(child));
    const auto found = std::find(ids_.begin(), ids_.end(), id);
    return found == ids_.end() ? -1 : static_cast<int>(found - ids_.begin());
  }
  QAccessibleInterface* childAt(int x, int y) const override {
    for (int i = 0; i < childCount(); ++i) {
      if (child(i)->rect().contains(x, y)) {
        return child(i);
      }
    }
    return nullptr;
  }
  QAccessibleInterface* focusChild() const override {
    for (int i = 0; widget()->hasFocus() && i < childCount(); ++i) {
      if (child(i)->state().focused) {
        return child(i);
      }
    }
    return QAccessibleWidget::focusChild();
  }

 private:
  mutable std::vector<QAccessible::Id> ids_ = {};  // children are made when they are asked for
};

QAccessibleInterface* makeAccessible(const QString&, QObject* object) {
  auto* widget = qobject_cast<QWidget*>(object);
  return widget != nullptr && partsOf(widget) != nullptr ? new PartsAccessible(widget) : nullptr;
}

}  // namespace

void PaintsParts::announceParts() {
  static const bool done = [] {
    QAccessible::installFactory(makeAccessible);
    return true;
  }();
  static_cast<void>(done);
}

void PaintsParts::moveTo(QWidget* widget, int index) {
  if (!QAccessible::isActive()) {
    return;
  }
  QAccessibleInterface* whole = QAccessible::queryAccessibleInterface(widget);
  QAccessibleInterface* part = whole == nullptr ? nullptr : whole->child(index);
  if (part == nullptr) {
    return;
  }
  for (const QAccessible::Event kind :
       {QAccessible::NameChanged, QAccessible::DescriptionChanged, QAccessible::Focus}) {
    if (kind != QAccessible::Focus || widget->hasFocus()) {
      QAccessibleEvent told(part, kind);
      QAccessible::updateAccessibility(&told);
    }
  }
}

}  // namespace poolscope::ui
