// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/theme.h"

#include <QTest>

using namespace poolscope::ui;

class ThemeTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void contrastRatio_knownPairs_asWcag();
  void textColors_onTheirGrounds_areReadable_data();
  void textColors_onTheirGrounds_areReadable();
  void barColors_kindsAndFailure_differInBothLooks_data();
  void barColors_kindsAndFailure_differInBothLooks();
  void ramp_more_standsOutMoreFromTheGround_data();
  void ramp_more_standsOutMoreFromTheGround();
  void pointSize_larger_scalesFontsAndSizes();
  void styleSheet_always_leavesNoVariable_data();
  void styleSheet_always_leavesNoVariable();
  void styleSheet_presentation_scalesLengthsButNotHairlines();
};

namespace {

void addLooks() {
  QTest::addColumn<bool>("dark");
  QTest::newRow("dark") << true;
  QTest::newRow("light") << false;
}

}  // namespace

void ThemeTest::contrastRatio_knownPairs_asWcag() {
  QCOMPARE(contrastRatio(Qt::black, Qt::white), 21.0);
  QCOMPARE(contrastRatio(Qt::white, Qt::white), 1.0);
  // The well-known limit case of WCAG: #767676 on white is 4.54:1.
  QVERIFY(qAbs(contrastRatio(QColor(0x76, 0x76, 0x76), Qt::white) - 4.54) < 0.01);
}

void ThemeTest::textColors_onTheirGrounds_areReadable_data() {
  QTest::addColumn<QColor>("text");
  QTest::addColumn<QColor>("ground");
  for (const bool dark : {true, false}) {
    const Theme t = Theme::make(dark);
    const auto row = [dark](const char* what, int index, const QColor& text, const QColor& ground) {
      QTest::addRow("%s %s %d", dark ? "dark" : "light", what, index) << text << ground;
    };
    int ground = 0;
    for (const QColor& g : {t.background, t.surface, t.raised, t.lane}) {
      row("text", ground, t.text, g);
      row("dim", ground, t.dim, g);
      row("accent", ground, t.accent, g);
      row("ok", ground, t.ok, g);
      row("warn", ground, t.warn, g);
      row("bad", ground, t.bad, g);
      ++ground;
    }
    // Labels of bars: as they are, over every pattern, and below a range or a ruler.
    const auto bar = [&](const char* what, int index, const QColor& text, const QColor& under) {
      row(what, index, text, under);
      const QColor hatched = mixed(QColor(t.hatch.rgb()), under, t.hatch.alphaF());
      const bool isShade = text == t.textOnShade;
      for (const QColor& g : isShade ? QList{under, hatched} : QList{under}) {
        row(what, 100 + index, text, g);
        for (const QColor& tint : {t.accent, t.text}) {
          row(what, 200 + index, mixed(tint, text, Theme::kTint), mixed(tint, g, Theme::kTint));
        }
      }
    };
    for (std::size_t i = 0; i < Theme::kKinds; ++i) {
      bar("kind", static_cast<int>(i), t.textOnBright, t.kinds[i]);
      bar("shade", static_cast<int>(i), t.textOnShade, t.kindShades[i]);
    }
    for (std::size_t i = 0; i < t.swatches.size(); ++i) {
      bar("swatch", static_cast<int>(i), t.textOnBright, t.swatches[i].bright);
      bar("swatch's shade", static_cast<int>(i), t.textOnShade, t.swatches[i].shade);
    }
    bar("failed", 0, t.textOnBright, t.badBar);
    bar("failed shade", 0, t.textOnShade, t.badShade);
    bar("waits for a lock", 0, t.textOnShade, t.lane);
    // Widgets: pressed and chosen, below the pointer, in a message and in a hint.
    row("pressed", 0, t.text, mixed(t.accent, t.raised, 0.22));
    row("hover", 0, t.text, mixed(t.text, t.raised, 0.06));
    row("primary hover", 0, t.onAccent, mixed(t.accent, t.text, 0.88));
    for (const QColor& color : {t.accent, t.warn, t.bad, t.ok}) {
      row("message", 0, t.text, mixed(color, t.surface, 0.14));
    }
    row("hint", 0, t.text, mixed(t.accent, t.surface, 0.12));
    row("blocked band", 0, t.text, t.blockedBand);
    row("queue area", 0, t.text, t.queueArea);
    row("on accent", 0, t.onAccent, t.accent);
  }
}

void ThemeTest::textColors_onTheirGrounds_areReadable() {
  QFETCH(QColor, text);
  QFETCH(QColor, ground);
  QVERIFY2(contrastRatio(text, ground) >= 4.5, qPrintable(QStringLiteral("%1 on %2: %3")
                                                              .arg(text.name(), ground.name())
                                                              .arg(contrastRatio(text, ground))));
}

void ThemeTest::barColors_kindsAndFailure_differInBothLooks_data() {
  addLooks();
}

void ThemeTest::barColors_kindsAndFailure_differInBothLooks() {
  QFETCH(bool, dark);
  const Theme t = Theme::make(dark);
  QList<QColor> all(t.kinds.begin(), t.kinds.end());
  all += t.badBar;
  for (qsizetype i = 0; i < all.size(); ++i) {
    for (qsizetype j = 0; j < i; ++j) {
      const int distance = qAbs(all[i].red() - all[j].red()) +
                           qAbs(all[i].green() - all[j].green()) +
                           qAbs(all[i].blue() - all[j].blue());
      QVERIFY2(distance > 60, qPrintable(all[i].name() + all[j].name()));
    }
  }
}

void ThemeTest::ramp_more_standsOutMoreFromTheGround_data() {
  addLooks();
}

void ThemeTest::ramp_more_standsOutMoreFromTheGround() {
  QFETCH(bool, dark);
  const Theme t = Theme::make(dark);
  for (int i = swatch::kRamp + 1; i < swatch::kRamp + swatch::kRampSteps; ++i) {
    const qreal before = contrastRatio(t.swatchAt(i - 1).bright, t.lane);
    const qreal after = contrastRatio(t.swatchAt(i).bright, t.lane);
    QVERIFY2(after > before, qPrintable(QStringLiteral("step %1").arg(i - swatch::kRamp)));
  }
}

void ThemeTest::pointSize_larger_scalesFontsAndSizes() {
  const Theme small = Theme::dark();
  const Theme large = Theme::dark(2 * Theme::kBasePointSize);
  QCOMPARE(large.px(10), 2 * small.px(10));
  QCOMPARE(large.fonts.body.pixelSize(), 2 * small.fonts.body.pixelSize());
  QCOMPARE(large.fonts.figure.pixelSize(), 2 * small.fonts.figure.pixelSize());
}

void ThemeTest::styleSheet_always_leavesNoVariable_data() {
  addLooks();
}

void ThemeTest::styleSheet_always_leavesNoVariable() {
  QFETCH(bool, dark);
  const Theme theme = Theme::make(dark);
  QVERIFY(!theme.styleSheet().contains(QLatin1Char('$')));
  QVERIFY(theme.styleSheet().contains(theme.accent.name()));
}

void ThemeTest::styleSheet_presentation_scalesLengthsButNotHairlines() {
  const QString large = Theme::dark(2 * Theme::kBasePointSize).styleSheet();
  QVERIFY(large.contains(QStringLiteral("font-size: 26px")));
  QVERIFY(large.contains(QStringLiteral("border: 1px solid")));
  QVERIFY(!large.contains(QStringLiteral("font-size: 13px")));
}

QTEST_MAIN(ThemeTest)
#include "theme_test.moc"
