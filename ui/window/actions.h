// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QKeySequence>
#include <QList>
#include <QObject>
#include <QString>

#include <optional>
#include <span>

class QAction;
class QMenu;
class QWidget;

namespace poolscope::ui {

/// All that the window can be told to do.
enum class Command {
  open_recording,
  compare_recording,
  open_scenario,
  edit_scenario,
  fetch_urls,
  save_session,
  export_picture,
  quit,
  restart,
  pause_pool,
  more_workers,
  fewer_workers,
  find_workers,
  auto_workers,
  record,
  add_marker,
  freeze,
  go_to_start,
  go_to_end,
  previous_event,
  next_event,
  previous_marker,
  next_marker,
  slower,
  faster,
  loop_range,
  zoom_in,
  zoom_out,
  pan_left,
  pan_right,
  fit,
  view_back,
  view_forward,
  ruler_end,
  measure_task,
  select_range,
  find,
  find_next,
  find_previous,
  color_by_next,
  fold_lanes,
  hide_lane,
  show_all_lanes,
  presentation,
  next_slowest,
  previous_slowest,
  next_longest_queued,
  previous_longest_queued,
  next_failed,
  previous_failed,
  next_of_kind,
  previous_of_kind,
  next_on_worker,
  previous_on_worker,
  guided_tour,
  shortcuts,
};

enum class CommandGroup { file, pool, time, view, tasks, help };

/// A row of the one table that menus, buttons, keys and the page of keys are made from. Texts are
/// to be translated in the context "Actions".
struct CommandInfo {
  Command command;
  CommandGroup group;
  const char* name;  ///< of the QAction
  const char* text;
  std::optional<IconId> icon;
  QList<const char*> keys;  ///< portable; the first is the one shown
  const char* hint;
};

std::span<const CommandInfo> commandTable();
/// "File", "Pool", ...
QString groupText(CommandGroup group);

/// The QActions of a window, made from the table. Keys work in the whole window.
/// Threads: the GUI thread.
class Actions : public QObject {
  Q_OBJECT
 public:
  explicit Actions(QWidget* window);

  QAction* operator[](Command command) const;
  /// Another text for a command that has two sides: "Pause" and "Resume".
  /// `buttonText` where a button has less room than a menu.
  void setText(Command command, const QString& text, IconId icon, const QString& buttonText = {});
  void setTheme(const Theme& theme);
  /// A submenu for each group.
  void addTo(QMenu* menu) const;

 Q_SIGNALS:
  void triggered(poolscope::ui::Command command);

 private:
  void update(Command command);

  Theme theme_;
  QList<QAction*> actions_;
  QList<std::optional<IconId>> icons_;
};

}  // namespace poolscope::ui
