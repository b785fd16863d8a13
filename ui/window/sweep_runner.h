// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/panels/sweep_state.h"

#include <QObject>
#include <QString>

namespace poolscope::ui {

/// Measures the scenario of the engine at several numbers of workers, one sweep at a time.
/// Implemented by app, faked in tests. Threads: the GUI thread. Nothing here waits.
class SweepRunner : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  virtual SweepState state() const = 0;
  /// Title of the scenario that start() would measure; empty: there is none.
  virtual QString scenario() const = 0;

 public Q_SLOTS:
  /// The pool that is shown pauses until the end. Does nothing while another sweep runs.
  virtual void start(const poolscope::ui::SweepRequest& request) = 0;
  /// What was measured stays.
  virtual void cancel() = 0;
  /// Writes the points of the last sweep: .csv or .json. The file chooser has asked about
  /// overwriting. Comes back as saved() or failed().
  virtual void saveData(const QString& path) = 0;

 Q_SIGNALS:
  void changed();  ///< a few times a second while one runs
  void saved(const QString& path);
  void failed(const QString& message);
};

}  // namespace poolscope::ui
