// SPDX-License-Identifier: Apache-2.0
#include "ui/window/scenario_editor.h"

#include "core/workload/scenario.h"
#include "ui/panels/look.h"
#include "ui/window/dialogs.h"
#include "ui/window/numbered_text.h"
#include "ui/window/scenario_reach.h"

#include <QDialogButtonBox>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QSaveFile>
#include <QVBoxLayout>

#include <utility>

namespace poolscope::ui {
namespace {

/// The number at the end of "my.toml:7"; 0 if there is none.
int lineOf(const std::string& subject) {
  const QString text = QString::fromStdString(subject);
  return text.mid(text.lastIndexOf(QLatin1Char(':')) + 1).toInt();
}

QString sentence(const Error& error) {
  return QString::fromStdString(Error{{}, error.reason, error.advice}.message());
}

}  // namespace

ScenarioEditor::ScenarioEditor(Dialogs& dialogs, const Theme& theme, QWidget* parent)
    : QDialog(parent),
      dialogs_(dialogs),
      text_(new NumberedText(this)),
      verdict_(new QLabel(this)) {
  setObjectName(QStringLiteral("scenarioEditor"));
  resize(qRound(theme.px(640)), qRound(theme.px(560)));
  text_->setObjectName(QStringLiteral("scenarioText"));
  text_->setAccessibleName(tr("Scenario, as TOML"));
  setLook(text_, "mono");
  text_->setLineWrapMode(QPlainTextEdit::NoWrap);
  text_->setTabChangesFocus(true);
  text_->setTheme(theme);
  verdict_->setObjectName(QStringLiteral("scenarioVerdict"));
  verdict_->setAccessibleName(tr("Whether it can be run"));
  verdict_->setTextFormat(Qt::PlainText);  // it quotes what was typed
  verdict_->setWordWrap(true);
  verdict_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  // Two lines, so that the text above does not move while one types.
  verdict_->setMinimumHeight(2 * verdict_->fontMetrics().lineSpacing());
  verdict_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  run_ = buttons->addButton(tr("&Run"), QDialogButtonBox::ActionRole);
  run_->setObjectName(QStringLiteral("scenarioRun"));
  run_->setDefault(true);
  auto* save = buttons->addButton(tr("&Save as\u2026"), QDialogButtonBox::ActionRole);
  save->setObjectName(QStringLiteral("scenarioSave"));
  auto* layout = new QVBoxLayout(this);
  layout->addWidget(text_);
  layout->addWidget(verdict_);
  layout->addWidget(buttons);
  connect(text_, &NumberedText::textChanged, this, &ScenarioEditor::check);
  connect(run_, &QPushButton::clicked, this, [this] { Q_EMIT run(text_->toPlainText(), name_); });
  connect(save, &QPushButton::clicked, this, [this] { saveAs(); });
  connect(buttons, &QDialogButtonBox::rejected, this, &ScenarioEditor::reject);
}

void ScenarioEditor::edit(const QString& toml, const QString& name) {
  name_ = name;
  savedText_ = toml;
  setWindowTitle(tr("%1 \u2014 Scenario").arg(QFileInfo(name).fileName()));
  text_->setPlainText(toml);
  check();
  text_->setFocus();
}

void ScenarioEditor::setTheme(const Theme& theme) {
  text_->setTheme(theme);
}

bool ScenarioEditor::isChanged() const {
  return text_->toPlainText() != savedText_;
}

void ScenarioEditor::check() {
  const auto scenario =
      workload::parse_scenario(text_->toPlainText().toStdString(), name_.toStdString());
  run_->setEnabled(scenario.has_value());
  if (scenario) {
    const QString reach = reachText(*scenario);
    say(reach.isEmpty() ? tr("It can be run.") : tr("It can be run. %1").arg(reach), "ok");
    text_->markLine(0);
    return;
  }
  const int line = lineOf(scenario.error().subject);
  say(line > 0 ? tr("Line %1: %2").arg(line).arg(sentence(scenario.error()))
               : sentence(scenario.error()),
      "bad");
  text_->markLine(line);
}

void ScenarioEditor::say(const QString& text, const char* look) {
  verdict_->setText(text);
  setLook(verdict_, look);
}

void ScenarioEditor::saveAs(std::function<void()> saved) {
  const QString suggested = QFileInfo(name_).completeBaseName() + QStringLiteral(".toml");
  dialogs_.chooseFileToSave(
      tr("Save scenario"), tr("Scenarios (*.toml)"), QStringLiteral("toml"), suggested,
      [this, saved = std::move(saved)](const QString& path) {
        const QString text = text_->toPlainText();
        QSaveFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(text.toUtf8()) < 0 || !file.commit()) {
          say(tr("%1 was not saved: %2").arg(path, file.errorString()), "bad");
          return;
        }
        name_ = path;
        savedText_ = text;
        setWindowTitle(tr("%1 \u2014 Scenario").arg(QFileInfo(path).fileName()));
        say(tr("Saved to %1.").arg(path), "ok");
        if (saved) {
          saved();
        }
      });
}

void ScenarioEditor::reject() {
  if (!isChanged()) {
    QDialog::reject();
    return;
  }
  dialogs_.askUnsaved(tr("Save the changed scenario?"), false, [this](Dialogs::Answer answer) {
    if (answer == Dialogs::Answer::save) {
      saveAs([this] { QDialog::reject(); });
    } else {
      QDialog::reject();
    }
  });
}

}  // namespace poolscope::ui
