// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/slider_marks.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace poolscope::ui {

namespace {

constexpr qreal kGap = 10;
constexpr int kRuleOfThumbExtra = 4;

QString tr(const char* text, int n = -1) {
  return QCoreApplication::translate("SliderMarks", text, nullptr, n);
}

/// Moves labels apart, each as little as the order allows. False where they do not fit.
bool spread(QList<SliderMark>& marks, qreal left, qreal right) {
  qreal free = left;
  for (SliderMark& mark : marks) {
    if (mark.text.isEmpty()) {
      continue;
    }
    mark.textLeft = std::max(mark.textLeft, free);
    free = mark.textLeft + mark.textWidth + kGap;
  }
  qreal limit = right;
  for (auto mark = marks.rbegin(); mark != marks.rend(); ++mark) {
    if (mark->text.isEmpty()) {
      continue;
    }
    mark->textLeft = std::min(mark->textLeft, limit - mark->textWidth);
    limit = mark->textLeft - kGap;
  }
  return limit + kGap >= left;
}

}  // namespace

int WorkersScale::endFor(int workers) {
  int end = kUsual;
  while (end < workers) {
    end *= 2;
  }
  return end;
}

qreal WorkersScale::toX(int workers) const {
  return left + width * std::log2(std::clamp(workers, 1, most)) / std::log2(most);
}

int WorkersScale::toWorkers(qreal x) const {
  const qreal share = std::clamp((x - left) / width, 0.0, 1.0);
  return static_cast<int>(std::lround(std::exp2(share * std::log2(most))));
}

QList<SliderMark> layOutSliderMarks(const SliderNumbers& numbers, const WorkersScale& scale,
                                    qreal left, qreal right,
                                    const std::function<qreal(const QString&)>& textWidth) {
  const int cores = numbers.cores;
  QList<SliderMark> marks;
  const auto add = [&](int workers, const QString& text) {
    if (workers > scale.most) {
      return;
    }
    for (SliderMark& mark : marks) {
      if (mark.workers == workers) {
        mark.text = text;
        return;
      }
    }
    marks.append({.workers = workers, .text = text});
  };
  const int ruleOfThumb = cores + kRuleOfThumbExtra;
  add(1, QStringLiteral("1"));
  add(scale.most, QString::number(scale.most));
  add(cores, cores == 1
                 ? tr("1 core")
                 : tr("%n cores", cores).replace(QLatin1String("%n"), QString::number(cores)));
  add(ruleOfThumb, tr("%1 = cores + 4").arg(ruleOfThumb));
  if (numbers.recommended > 0) {
    add(numbers.recommended, tr("%1 recommended").arg(numbers.recommended));
  }
  std::sort(marks.begin(), marks.end(),
            [](const SliderMark& a, const SliderMark& b) { return a.workers < b.workers; });
  for (const int droppable : {0, cores, ruleOfThumb, numbers.recommended}) {
    for (SliderMark& mark : marks) {
      const bool isLast = droppable == numbers.recommended;
      if (mark.workers == droppable && droppable > 1 && droppable < scale.most &&
          (isLast || mark.workers != numbers.recommended)) {
        mark.text.clear();
      }
      mark.textWidth = mark.text.isEmpty() ? 0 : textWidth(mark.text);
      mark.textLeft = scale.toX(mark.workers) - mark.textWidth / 2;
    }
    if (spread(marks, left, right)) {
      break;
    }
  }
  return marks;
}

}  // namespace poolscope::ui
