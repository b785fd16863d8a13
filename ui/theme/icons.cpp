// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/icons.h"

#include <QIconEngine>
#include <QPainter>
#include <QPixmap>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace poolscope::ui {
namespace {

constexpr qreal kGrid = 24;

void polyline(QPainterPath& path, std::initializer_list<QPointF> points) {
  const QPointF* point = points.begin();
  path.moveTo(*point++);
  for (; point != points.end(); ++point) {
    path.lineTo(*point);
  }
}

void polygon(QPainterPath& path, std::initializer_list<QPointF> points) {
  polyline(path, points);
  path.closeSubpath();
}

void bar(QPainterPath& path, qreal x, qreal y, qreal width, qreal height) {
  path.addRoundedRect(QRectF(x, y, width, height), 1.5, 1.5);
}

IconShape transportShape(IconId id) {
  IconShape s;
  switch (id) {
    case IconId::restart:
      s.stroked.arcMoveTo(QRectF(5, 5, 14, 14), 150);
      s.stroked.arcTo(QRectF(5, 5, 14, 14), 150, 300);
      polyline(s.stroked, {{5.2, 4.4}, {5.2, 8.9}, {9.7, 8.9}});
      break;
    case IconId::pause:
      bar(s.filled, 7, 5, 3.4, 14);
      bar(s.filled, 13.6, 5, 3.4, 14);
      break;
    case IconId::play:
      polygon(s.filled, {{8, 5}, {19, 12}, {8, 19}});
      break;
    case IconId::stop:
      bar(s.filled, 6, 6, 12, 12);
      break;
    case IconId::record:
      s.filled.addEllipse(QPointF(12, 12), 6.5, 6.5);
      break;
    case IconId::live:
      s.filled.addEllipse(QPointF(12, 12), 3, 3);
      s.stroked.addEllipse(QPointF(12, 12), 7.5, 7.5);
      break;
    case IconId::go_to_start:
      bar(s.filled, 6, 5.5, 2.4, 13);
      polygon(s.filled, {{18, 5.5}, {9.5, 12}, {18, 18.5}});
      break;
    case IconId::step_back:
      polygon(s.filled, {{13, 6}, {5, 12}, {13, 18}});
      bar(s.filled, 15.5, 6, 2.4, 12);
      break;
    case IconId::step_forward:
      polygon(s.filled, {{11, 6}, {19, 12}, {11, 18}});
      bar(s.filled, 6, 6, 2.4, 12);
      break;
    case IconId::slower:
      polygon(s.filled, {{11.5, 6.5}, {4.5, 12}, {11.5, 17.5}});
      polygon(s.filled, {{19.5, 6.5}, {12.5, 12}, {19.5, 17.5}});
      break;
    default:  // faster
      polygon(s.filled, {{4.5, 6.5}, {11.5, 12}, {4.5, 17.5}});
      polygon(s.filled, {{12.5, 6.5}, {19.5, 12}, {12.5, 17.5}});
      break;
  }
  return s;
}

IconShape viewShape(IconId id) {
  IconShape s;
  switch (id) {
    case IconId::fit:
      polyline(s.stroked, {{3.5, 6}, {3.5, 18}});
      polyline(s.stroked, {{20.5, 6}, {20.5, 18}});
      polyline(s.stroked, {{7, 12}, {17, 12}});
      polyline(s.stroked, {{9.5, 9.2}, {6.8, 12}, {9.5, 14.8}});
      polyline(s.stroked, {{14.5, 9.2}, {17.2, 12}, {14.5, 14.8}});
      break;
    case IconId::zoom_in:
    case IconId::zoom_out:
    case IconId::find:
      s.stroked.addEllipse(QPointF(10.5, 10.5), 6, 6);
      polyline(s.stroked, {{15, 15}, {20, 20}});
      if (id != IconId::find) {
        polyline(s.stroked, {{8, 10.5}, {13, 10.5}});
      }
      if (id == IconId::zoom_in) {
        polyline(s.stroked, {{10.5, 8}, {10.5, 13}});
      }
      break;
    case IconId::marker:
      polyline(s.stroked, {{6.5, 4}, {6.5, 20}});
      polygon(s.filled, {{6.5, 4.5}, {18.5, 4.5}, {15.5, 8.75}, {18.5, 13}, {6.5, 13}});
      break;
    case IconId::presentation:
      s.stroked.addRoundedRect(QRectF(3.5, 4.5, 17, 11), 1.5, 1.5);
      polyline(s.stroked, {{12, 15.5}, {12, 19}});
      polyline(s.stroked, {{8, 20}, {16, 20}});
      break;
    case IconId::chevron_down:
      polyline(s.stroked, {{7, 10}, {12, 15}, {17, 10}});
      break;
    case IconId::chevron_up:
      polyline(s.stroked, {{7, 14}, {12, 9}, {17, 14}});
      break;
    case IconId::compare:
      bar(s.filled, 4, 6, 12, 4);
      bar(s.filled, 4, 14, 16, 4);
      break;
    case IconId::sweep:
      polyline(s.stroked, {{4, 4.5}, {4, 19.5}, {20, 19.5}});
      s.stroked.moveTo(6.5, 16.5);
      s.stroked.cubicTo(QPointF(9, 8), QPointF(13, 7), QPointF(19.5, 7.5));
      break;
    case IconId::worker:
      bar(s.filled, 3.5, 5, 10, 3.4);
      bar(s.filled, 8, 10.3, 12, 3.4);
      bar(s.filled, 3.5, 15.6, 8, 3.4);
      break;
    default:  // queue
      for (const qreal x : {3.5, 10.0, 16.5}) {
        bar(s.filled, x, 9.5, 4.5, 5);
      }
      break;
  }
  return s;
}

IconShape documentShape(IconId id) {
  IconShape s;
  switch (id) {
    case IconId::open:
      polygon(s.stroked, {{3.5, 6}, {9.5, 6}, {11.5, 8.5}, {20.5, 8.5}, {20.5, 18.5}, {3.5, 18.5}});
      break;
    case IconId::save:
      polyline(s.stroked, {{12, 4}, {12, 14.5}});
      polyline(s.stroked, {{7.5, 10.5}, {12, 15}, {16.5, 10.5}});
      polyline(s.stroked, {{4.5, 16}, {4.5, 19.5}, {19.5, 19.5}, {19.5, 16}});
      break;
    case IconId::export_picture:
      polyline(s.stroked, {{12, 15}, {12, 4.5}});
      polyline(s.stroked, {{7.5, 8.5}, {12, 4}, {16.5, 8.5}});
      polyline(s.stroked, {{4.5, 14}, {4.5, 19.5}, {19.5, 19.5}, {19.5, 14}});
      break;
    case IconId::copy:
      s.stroked.addRoundedRect(QRectF(8.5, 8.5, 11, 11), 2, 2);
      polyline(s.stroked, {{15.5, 5}, {5, 5}, {5, 15.5}});
      break;
    case IconId::settings:
      for (const auto& [y, x] : {std::pair{6.5, 15.5}, {12.0, 8.5}, {17.5, 13.0}}) {
        polyline(s.stroked, {{4, y}, {20, y}});
        s.filled.addEllipse(QPointF(x, y), 2.6, 2.6);
      }
      break;
    default:  // check
      polyline(s.stroked, {{5, 12.5}, {10, 17.5}, {19.5, 7}});
      break;
  }
  return s;
}

IconShape noticeShape(IconId id) {
  IconShape s;
  switch (id) {
    case IconId::help:
      s.stroked.addEllipse(QPointF(12, 12), 8.5, 8.5);
      s.stroked.moveTo(9.3, 9.7);
      s.stroked.cubicTo(QPointF(9.5, 6.6), QPointF(14.7, 6.6), QPointF(14.7, 9.8));
      s.stroked.cubicTo(QPointF(14.7, 11.8), QPointF(12, 11.6), QPointF(12, 13.8));
      s.filled.addEllipse(QPointF(12, 16.8), 1.2, 1.2);
      break;
    case IconId::warning:
      polygon(s.stroked, {{12, 4}, {21, 19.5}, {3, 19.5}});
      polyline(s.stroked, {{12, 10}, {12, 14}});
      s.filled.addEllipse(QPointF(12, 16.9), 1.1, 1.1);
      break;
    case IconId::error:
      s.stroked.addEllipse(QPointF(12, 12), 8.5, 8.5);
      polyline(s.stroked, {{9, 9}, {15, 15}});
      polyline(s.stroked, {{15, 9}, {9, 15}});
      break;
    case IconId::close:
      polyline(s.stroked, {{6, 6}, {18, 18}});
      polyline(s.stroked, {{18, 6}, {6, 18}});
      break;
    case IconId::plus:
      polyline(s.stroked, {{12, 5}, {12, 19}});
      polyline(s.stroked, {{5, 12}, {19, 12}});
      break;
    default:  // minus
      polyline(s.stroked, {{5, 12}, {19, 12}});
      break;
  }
  return s;
}

void paintShape(QPainter& painter, const IconShape& shape, const QRectF& target,
                const QColor& color) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const qreal scale = std::min(target.width(), target.height()) / kGrid;
  painter.translate(target.center());
  painter.scale(scale, scale);
  painter.translate(-kGrid / 2, -kGrid / 2);
  painter.fillPath(shape.filled, color);
  painter.strokePath(shape.stroked, QPen(color, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.restore();
}

/// Paints a shape anew at every size, where a pixmap would blur.
class ShapeEngine : public QIconEngine {
 public:
  ShapeEngine(IconShape shape, QColor color, QColor disabled)
      : shape_(std::move(shape)),
        color_(color),
        disabled_(disabled) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    paintShape(*painter, shape_, rect, mode == QIcon::Disabled ? disabled_ : color_);
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap result(size);
    result.fill(Qt::transparent);
    QPainter painter(&result);
    paint(&painter, QRect(QPoint(0, 0), size), mode, state);
    return result;
  }
  QIconEngine* clone() const override { return new ShapeEngine(shape_, color_, disabled_); }
  bool isNull() override { return false; }

 private:
  IconShape shape_;
  QColor color_;
  QColor disabled_;
};

/// Lanes with tasks, one of them flying to its worker: what the program shows.
class ApplicationIconEngine : public QIconEngine {
 public:
  void paint(QPainter* painter, const QRect& rect, QIcon::Mode, QIcon::State) override {
    const Theme theme = Theme::dark();
    const qreal side = std::min(rect.width(), rect.height());
    const auto at = [&](qreal x, qreal y, qreal w, qreal h) {
      return QRectF(rect.x() + x * side, rect.y() + y * side, w * side, h * side);
    };
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    const auto block = [&](const QRectF& r, qreal radius, const QColor& color) {
      painter->setBrush(color);
      painter->drawRoundedRect(r, radius * side, radius * side);
    };
    block(at(0.04, 0.04, 0.92, 0.92), 0.2, theme.surface);
    block(at(0.14, 0.20, 0.30, 0.15), 0.04, theme.kinds[0]);
    block(at(0.47, 0.20, 0.22, 0.15), 0.04, theme.kinds[1]);
    block(at(0.14, 0.425, 0.18, 0.15), 0.04, theme.kinds[2]);
    block(at(0.35, 0.425, 0.36, 0.15), 0.04, theme.kinds[0]);
    block(at(0.14, 0.65, 0.40, 0.15), 0.04, theme.kinds[1]);
    block(at(0.57, 0.65, 0.14, 0.15), 0.04, theme.kinds[2]);
    block(at(0.775, 0.15, 0.045, 0.70), 0.02, theme.bad);
    painter->restore();
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap result(size);
    result.fill(Qt::transparent);
    QPainter painter(&result);
    paint(&painter, QRect(QPoint(0, 0), size), mode, state);
    return result;
  }
  QIconEngine* clone() const override { return new ApplicationIconEngine; }
  bool isNull() override { return false; }
};

}  // namespace

IconShape iconShape(IconId id) {
  switch (id) {
    case IconId::restart:
    case IconId::pause:
    case IconId::play:
    case IconId::stop:
    case IconId::record:
    case IconId::live:
    case IconId::go_to_start:
    case IconId::step_back:
    case IconId::step_forward:
    case IconId::slower:
    case IconId::faster:
      return transportShape(id);
    case IconId::open:
    case IconId::save:
    case IconId::export_picture:
    case IconId::copy:
    case IconId::settings:
    case IconId::check:
      return documentShape(id);
    case IconId::help:
    case IconId::warning:
    case IconId::error:
    case IconId::close:
    case IconId::plus:
    case IconId::minus:
      return noticeShape(id);
    default:
      return viewShape(id);
  }
}

QIcon themeIcon(IconId id, const Theme& theme) {
  const bool red = id == IconId::record || id == IconId::error;
  return themeIcon(id,
                   red                     ? theme.bad
                   : id == IconId::warning ? theme.warn
                                           : theme.text,
                   theme.faint);
}

QIcon themeIcon(IconId id, const QColor& color, const QColor& disabled) {
  return QIcon(new ShapeEngine(iconShape(id), color, disabled));
}

QIcon applicationIcon() {
  return QIcon(new ApplicationIconEngine);
}

}  // namespace poolscope::ui
