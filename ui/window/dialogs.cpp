// SPDX-License-Identifier: Apache-2.0
#include "ui/window/dialogs.h"

#include "ui/window/settings.h"

#include <QCheckBox>
#include <QCoreApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>

#include <utility>

namespace poolscope::ui {

namespace {

QString tr(const char* text) {
  return QCoreApplication::translate("Dialogs", text);
}

}  // namespace

Dialogs::Dialogs(QWidget* window, Settings& settings, bool native)
    : window_(window),
      settings_(settings),
      native_(native) {}

void Dialogs::chooseFileToOpen(const QString& title, const QString& filter,
                               std::function<void(const QString&)> chosen) {
  auto* dialog = new QFileDialog(window_, title, settings_.folder(), filter);
  dialog->setFileMode(QFileDialog::ExistingFile);
  run(dialog, std::move(chosen));
}

void Dialogs::chooseFileToSave(const QString& title, const QString& filter, const QString& suffix,
                               const QString& suggestedName,
                               std::function<void(const QString&)> chosen) {
  auto* dialog = new QFileDialog(window_, title, settings_.folder(), filter);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setFileMode(QFileDialog::AnyFile);
  dialog->setDefaultSuffix(suffix);
  dialog->selectFile(suggestedName);
  run(dialog, std::move(chosen));
}

void Dialogs::run(QFileDialog* dialog, std::function<void(const QString&)> chosen) {
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setOption(QFileDialog::DontUseNativeDialog, !native_);
  QObject::connect(dialog, &QFileDialog::fileSelected, window_,
                   [this, chosen = std::move(chosen)](const QString& path) {
                     settings_.setFolder(QFileInfo(path).absolutePath());
                     chosen(path);
                   });
  dialog->open();
}

void Dialogs::askUnsaved(const QString& text, bool canSilence,
                         std::function<void(Answer)> answered) {
  auto* box =
      new QMessageBox(QMessageBox::NoIcon, tr("Not saved yet"), text,
                      QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, window_);
  box->setObjectName(QStringLiteral("unsavedQuestion"));
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setInformativeText(tr("What is not saved is lost."));
  box->setDefaultButton(QMessageBox::Save);
  box->setEscapeButton(QMessageBox::Cancel);
  if (canSilence) {
    auto* silence = new QCheckBox(tr("Do not ask again, discard"), box);
    silence->setObjectName(QStringLiteral("dontAskAgain"));
    box->setCheckBox(silence);
  }
  QObject::connect(box, &QMessageBox::finished, window_,
                   [this, box, answered = std::move(answered)](int result) {
                     if (result != QMessageBox::Save && result != QMessageBox::Discard) {
                       return;
                     }
                     if (box->checkBox() != nullptr && box->checkBox()->isChecked()) {
                       settings_.setAskBeforeClosing(false);
                     }
                     answered(result == QMessageBox::Save ? Answer::save : Answer::discard);
                   });
  box->open();
}

void Dialogs::askIncomplete(const QString& what, std::function<void()> agreed) {
  auto* box = new QMessageBox(QMessageBox::Warning, tr("Save what is left?"), what,
                              QMessageBox::Save | QMessageBox::Cancel, window_);
  box->setObjectName(QStringLiteral("incompleteQuestion"));
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setInformativeText(
      tr("The session has outgrown the memory it may take, and gave up its oldest detail. A "
         "recording that runs from the start has everything."));
  box->setDefaultButton(QMessageBox::Save);
  QObject::connect(box, &QMessageBox::finished, window_, [agreed = std::move(agreed)](int result) {
    if (result == QMessageBox::Save) {
      agreed();
    }
  });
  box->open();
}

void Dialogs::askWhatOfTwo(const QString& first, const QString& second,
                           std::function<void()> compare, std::function<void()> openFirst) {
  auto* box = new QMessageBox(QMessageBox::NoIcon, tr("Two recordings"),
                              tr("Compare these two recordings?"), QMessageBox::Cancel, window_);
  box->setObjectName(QStringLiteral("twoFilesQuestion"));
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setInformativeText(
      tr("A: %1\nB: %2").arg(QFileInfo(first).fileName(), QFileInfo(second).fileName()));
  QPushButton* both = box->addButton(tr("Compare"), QMessageBox::AcceptRole);
  both->setObjectName(QStringLiteral("twoFilesCompare"));
  QPushButton* one = box->addButton(tr("Open A only"), QMessageBox::ActionRole);
  one->setObjectName(QStringLiteral("twoFilesOpenFirst"));
  box->setDefaultButton(both);
  QObject::connect(
      box, &QMessageBox::finished, window_,
      [box, both, one, compare = std::move(compare), openFirst = std::move(openFirst)] {
        if (box->clickedButton() == both) {
          compare();
        } else if (box->clickedButton() == one) {
          openFirst();
        }
      });
  box->open();
}

void Dialogs::askConsent(const QString& file, const QString& what, std::function<void()> agreed) {
  auto* box =
      new QMessageBox(QMessageBox::Warning, tr("Run this scenario?"),
                      tr("%1 comes from outside the gallery.").arg(QFileInfo(file).fileName()),
                      QMessageBox::Cancel, window_);
  box->setObjectName(QStringLiteral("consentQuestion"));
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setInformativeText(what);
  QPushButton* run = box->addButton(tr("Run it"), QMessageBox::AcceptRole);
  run->setObjectName(QStringLiteral("consentRun"));
  box->setDefaultButton(QMessageBox::Cancel);
  QObject::connect(box, &QMessageBox::finished, window_, [box, run, agreed = std::move(agreed)] {
    if (box->clickedButton() == run) {
      agreed();
    }
  });
  box->open();
}

}  // namespace poolscope::ui
