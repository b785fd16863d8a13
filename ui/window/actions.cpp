// SPDX-License-Identifier: Apache-2.0
#include "ui/window/actions.h"

#include <QAction>
#include <QCoreApplication>
#include <QMenu>
#include <QWidget>

#include <vector>

namespace poolscope::ui {

namespace {

using enum Command;

std::vector<CommandInfo> makeTable() {
  using Group = CommandGroup;
  return {
      {open_recording,
       Group::file,
       "openRecording",
       QT_TRANSLATE_NOOP("Actions", "Open recording\u2026"),
       IconId::open,
       {"Ctrl+O"},
       QT_TRANSLATE_NOOP("Actions", "Open a recorded session to replay it")},
      {compare_recording,
       Group::file,
       "compareRecording",
       QT_TRANSLATE_NOOP("Actions", "Compare with recording\u2026"),
       std::nullopt,
       {"Ctrl+Shift+C"},
       QT_TRANSLATE_NOOP(
           "Actions", "Show this session and a recording on one time axis, and how they differ")},
      {open_scenario,
       Group::file,
       "openScenario",
       QT_TRANSLATE_NOOP("Actions", "Open scenario file\u2026"),
       IconId::open,
       {"Ctrl+Shift+O"},
       QT_TRANSLATE_NOOP("Actions", "Run a scenario of your own, a .toml file")},
      {edit_scenario,
       Group::file,
       "editScenario",
       QT_TRANSLATE_NOOP("Actions", "Edit scenario\u2026"),
       std::nullopt,
       {"Ctrl+Shift+E"},
       QT_TRANSLATE_NOOP("Actions", "Change the text of the scenario and run it")},
      {fetch_urls,
       Group::file,
       "fetchUrls",
       QT_TRANSLATE_NOOP("Actions", "Fetch pages of your own\u2026"),
       std::nullopt,
       {"Ctrl+U"},
       QT_TRANSLATE_NOOP("Actions", "Scrape pages by their URLs, pasted or of a file")},
      {save_session,
       Group::file,
       "saveSession",
       QT_TRANSLATE_NOOP("Actions", "Save session\u2026"),
       IconId::save,
       {"Ctrl+S"},
       QT_TRANSLATE_NOOP("Actions", "Save all that happened so far as a recording")},
      {export_picture,
       Group::file,
       "exportPicture",
       QT_TRANSLATE_NOOP("Actions", "Export\u2026"),
       IconId::export_picture,
       {"Ctrl+E"},
       QT_TRANSLATE_NOOP("Actions", "Make a picture, a table or a trace of the session")},
      {quit,
       Group::file,
       "quit",
       QT_TRANSLATE_NOOP("Actions", "Quit"),
       std::nullopt,
       {"Ctrl+Q"},
       QT_TRANSLATE_NOOP("Actions", "Leave Poolscope")},
      {restart,
       Group::pool,
       "restart",
       QT_TRANSLATE_NOOP("Actions", "Restart"),
       IconId::restart,
       {"F5"},
       QT_TRANSLATE_NOOP("Actions", "Run the scenario again from its beginning")},
      {pause_pool,
       Group::pool,
       "pausePool",
       QT_TRANSLATE_NOOP("Actions", "Pause"),
       IconId::pause,
       {"P"},
       QT_TRANSLATE_NOOP("Actions",
                         "Workers finish what they run and pick no more tasks; again to go on")},
      {more_workers,
       Group::pool,
       "moreWorkers",
       QT_TRANSLATE_NOOP("Actions", "One worker more"),
       IconId::plus,
       {"+", "="},
       QT_TRANSLATE_NOOP("Actions", "Raise max_workers by one")},
      {fewer_workers,
       Group::pool,
       "fewerWorkers",
       QT_TRANSLATE_NOOP("Actions", "One worker fewer"),
       IconId::minus,
       {"-"},
       QT_TRANSLATE_NOOP("Actions", "Lower max_workers by one")},
      {find_workers,
       Group::pool,
       "findWorkers",
       QT_TRANSLATE_NOOP("Actions", "How many workers?"),
       IconId::sweep,
       {"E"},
       QT_TRANSLATE_NOOP("Actions",
                         "Measure the scenario at several numbers of workers; again to come back")},
      {auto_workers,
       Group::pool,
       "autoWorkers",
       QT_TRANSLATE_NOOP("Actions", "Auto"),
       std::nullopt,
       {"T"},
       QT_TRANSLATE_NOOP("Actions",
                         "Let Poolscope adapt max_workers to what the pool gets done; its reasons "
                         "stand on the time axis")},
      {record,
       Group::pool,
       "record",
       QT_TRANSLATE_NOOP("Actions", "Record"),
       IconId::record,
       {"R"},
       QT_TRANSLATE_NOOP("Actions", "Write the session to a file as it happens; again to stop")},
      {add_marker,
       Group::pool,
       "addMarker",
       QT_TRANSLATE_NOOP("Actions", "Set marker\u2026"),
       IconId::marker,
       {"M"},
       QT_TRANSLATE_NOOP("Actions", "Put a note on the time axis")},
      {freeze,
       Group::time,
       "freeze",
       QT_TRANSLATE_NOOP("Actions", "Freeze the view"),
       IconId::pause,
       {"Space"},
       QT_TRANSLATE_NOOP(
           "Actions",
           "Freeze the view while the pool goes on, or follow it again; play and pause a replay")},
      {go_to_start,
       Group::time,
       "goToStart",
       QT_TRANSLATE_NOOP("Actions", "Go to the start"),
       IconId::go_to_start,
       {"Home"},
       QT_TRANSLATE_NOOP("Actions", "Show the beginning of the session")},
      {go_to_end,
       Group::time,
       "goToEnd",
       QT_TRANSLATE_NOOP("Actions", "Back to live"),
       IconId::live,
       {"End"},
       QT_TRANSLATE_NOOP("Actions", "Follow the present; in a replay, go to its end")},
      {previous_event,
       Group::time,
       "previousEvent",
       QT_TRANSLATE_NOOP("Actions", "Previous event"),
       IconId::step_back,
       {","},
       QT_TRANSLATE_NOOP("Actions", "Step back by one event")},
      {next_event,
       Group::time,
       "nextEvent",
       QT_TRANSLATE_NOOP("Actions", "Next event"),
       IconId::step_forward,
       {"."},
       QT_TRANSLATE_NOOP("Actions", "Step on by one event")},
      {previous_marker,
       Group::time,
       "previousMarker",
       QT_TRANSLATE_NOOP("Actions", "Previous marker"),
       std::nullopt,
       {"Shift+J"},
       QT_TRANSLATE_NOOP("Actions", "Jump back to the note before")},
      {next_marker,
       Group::time,
       "nextMarker",
       QT_TRANSLATE_NOOP("Actions", "Next marker"),
       std::nullopt,
       {"J"},
       QT_TRANSLATE_NOOP("Actions", "Jump to the next note on the time axis")},
      {slower,
       Group::time,
       "slower",
       QT_TRANSLATE_NOOP("Actions", "Slower"),
       IconId::slower,
       {"["},
       QT_TRANSLATE_NOOP("Actions",
                         "Play slower, down to 1/10000; while live, slow motion from here on, or "
                         "through the selected range")},
      {faster,
       Group::time,
       "faster",
       QT_TRANSLATE_NOOP("Actions", "Faster"),
       IconId::faster,
       {"]"},
       QT_TRANSLATE_NOOP("Actions", "Play faster, up to 100 times")},
      {loop_range,
       Group::time,
       "loopRange",
       QT_TRANSLATE_NOOP("Actions", "Play the range in a loop"),
       std::nullopt,
       {"O"},
       QT_TRANSLATE_NOOP("Actions",
                         "Play the selected range, or what is in sight, again and again; again to "
                         "go on from there")},
      {zoom_in,
       Group::view,
       "zoomIn",
       QT_TRANSLATE_NOOP("Actions", "Zoom in"),
       IconId::zoom_in,
       {"W"},
       QT_TRANSLATE_NOOP("Actions", "Show less time, larger; the wheel does it at the pointer")},
      {zoom_out,
       Group::view,
       "zoomOut",
       QT_TRANSLATE_NOOP("Actions", "Zoom out"),
       IconId::zoom_out,
       {"S"},
       QT_TRANSLATE_NOOP("Actions", "Show more time")},
      {pan_left,
       Group::view,
       "panLeft",
       QT_TRANSLATE_NOOP("Actions", "Look earlier"),
       std::nullopt,
       {"A"},
       QT_TRANSLATE_NOOP("Actions", "Move to earlier times; Shift+drag does it by hand")},
      {pan_right,
       Group::view,
       "panRight",
       QT_TRANSLATE_NOOP("Actions", "Look later"),
       std::nullopt,
       {"D"},
       QT_TRANSLATE_NOOP("Actions", "Move to later times")},
      {fit,
       Group::view,
       "fit",
       QT_TRANSLATE_NOOP("Actions", "Fit the session"),
       IconId::fit,
       {"F"},
       QT_TRANSLATE_NOOP("Actions", "Show the whole session")},
      {view_back,
       Group::view,
       "viewBack",
       QT_TRANSLATE_NOOP("Actions", "Back"),
       std::nullopt,
       {"Alt+Left"},
       QT_TRANSLATE_NOOP("Actions", "Show what was in sight before")},
      {view_forward,
       Group::view,
       "viewForward",
       QT_TRANSLATE_NOOP("Actions", "Forward"),
       std::nullopt,
       {"Alt+Right"},
       QT_TRANSLATE_NOOP("Actions", "Show again what Back has left")},
      {ruler_end,
       Group::view,
       "rulerEnd",
       QT_TRANSLATE_NOOP("Actions", "Set an end of the ruler"),
       std::nullopt,
       {"U"},
       QT_TRANSLATE_NOOP("Actions",
                         "Measure from the pointer, and again up to it; without a pointer from the "
                         "selected task's begin to its end; Esc clears the ruler")},
      {measure_task,
       Group::view,
       "measureTask",
       QT_TRANSLATE_NOOP("Actions", "Set an end of the ruler at the task"),
       std::nullopt,
       {"Shift+U"},
       QT_TRANSLATE_NOOP("Actions",
                         "Measure from the selected task's begin, and again up to its end or to "
                         "another task's begin")},
      {select_range,
       Group::view,
       "selectRange",
       QT_TRANSLATE_NOOP("Actions", "Select a range"),
       std::nullopt,
       {"B"},
       QT_TRANSLATE_NOOP("Actions",
                         "What the ruler measures, or what is in sight: for its figures; with the "
                         "mouse by dragging")},
      {find,
       Group::view,
       "find",
       QT_TRANSLATE_NOOP("Actions", "Find tasks\u2026"),
       IconId::find,
       {"Ctrl+F"},
       QT_TRANSLATE_NOOP("Actions", "Find tasks by name, id or the text of an error")},
      {find_next,
       Group::view,
       "findNext",
       QT_TRANSLATE_NOOP("Actions", "Next match"),
       IconId::chevron_down,
       {"F3"},
       QT_TRANSLATE_NOOP("Actions", "Go to the next task that was found; Enter in the find bar")},
      {find_previous,
       Group::view,
       "findPrevious",
       QT_TRANSLATE_NOOP("Actions", "Previous match"),
       IconId::chevron_up,
       {"Shift+F3"},
       QT_TRANSLATE_NOOP("Actions",
                         "Go to the task that was found before; Shift+Enter in the find bar")},
      {color_by_next,
       Group::view,
       "colorByNext",
       QT_TRANSLATE_NOOP("Actions", "Colour by the next"),
       std::nullopt,
       {"C"},
       QT_TRANSLATE_NOOP("Actions",
                         "Colour tasks by kind, outcome, worker, queue wait, duration, phase")},
      {fold_lanes,
       Group::view,
       "foldLanes",
       QT_TRANSLATE_NOOP("Actions", "Fold or unfold workers"),
       std::nullopt,
       {"G"},
       QT_TRANSLATE_NOOP("Actions",
                         "Show all workers of a pool in one row, or each in a row of its own")},
      {hide_lane,
       Group::view,
       "hideLane",
       QT_TRANSLATE_NOOP("Actions", "Hide the selected task's lane"),
       std::nullopt,
       {"H"},
       QT_TRANSLATE_NOOP("Actions", "Hide the lane of the selected task")},
      {show_all_lanes,
       Group::view,
       "showAllLanes",
       QT_TRANSLATE_NOOP("Actions", "Show all lanes"),
       std::nullopt,
       {"Shift+H"},
       QT_TRANSLATE_NOOP("Actions", "Show the lanes that are hidden")},
      {presentation,
       Group::view,
       "presentation",
       QT_TRANSLATE_NOOP("Actions", "Presentation"),
       IconId::presentation,
       {"F11"},
       QT_TRANSLATE_NOOP("Actions",
                         "For an audience: large type, what matters alone, markers as captions, "
                         "clicks that can be seen; Esc or F11 leaves it")},
      {next_slowest,
       Group::tasks,
       "nextSlowest",
       QT_TRANSLATE_NOOP("Actions", "Slowest task"),
       std::nullopt,
       {"L"},
       QT_TRANSLATE_NOOP("Actions",
                         "Select the task that ran longest, again for the next one; of the "
                         "selected range, if there is one")},
      {previous_slowest,
       Group::tasks,
       "previousSlowest",
       QT_TRANSLATE_NOOP("Actions", "Slower task"),
       std::nullopt,
       {"Shift+L"},
       QT_TRANSLATE_NOOP(
           "Actions",
           "Back towards the slowest: select the task that ran just longer than the selected one")},
      {next_longest_queued,
       Group::tasks,
       "nextLongestQueued",
       QT_TRANSLATE_NOOP("Actions", "Longest queued task"),
       std::nullopt,
       {"Q"},
       QT_TRANSLATE_NOOP(
           "Actions", "Select the task that waited longest in the queue, again for the next one")},
      {previous_longest_queued,
       Group::tasks,
       "previousLongestQueued",
       QT_TRANSLATE_NOOP("Actions", "Longer queued task"),
       std::nullopt,
       {"Shift+Q"},
       QT_TRANSLATE_NOOP(
           "Actions",
           "Select the task that waited just longer in the queue than the selected one")},
      {next_failed,
       Group::tasks,
       "nextFailed",
       QT_TRANSLATE_NOOP("Actions", "Next failed task"),
       std::nullopt,
       {"X"},
       QT_TRANSLATE_NOOP("Actions", "Select the next task that failed")},
      {previous_failed,
       Group::tasks,
       "previousFailed",
       QT_TRANSLATE_NOOP("Actions", "Previous failed task"),
       std::nullopt,
       {"Shift+X"},
       QT_TRANSLATE_NOOP("Actions", "Select the task that failed before")},
      {next_of_kind,
       Group::tasks,
       "nextOfKind",
       QT_TRANSLATE_NOOP("Actions", "Next task of the same kind"),
       std::nullopt,
       {"K"},
       QT_TRANSLATE_NOOP("Actions", "Select the next task that is called as the selected one")},
      {previous_of_kind,
       Group::tasks,
       "previousOfKind",
       QT_TRANSLATE_NOOP("Actions", "Previous task of the same kind"),
       std::nullopt,
       {"Shift+K"},
       QT_TRANSLATE_NOOP("Actions", "Select the previous task that is called as the selected one")},
      {next_on_worker,
       Group::tasks,
       "nextOnWorker",
       QT_TRANSLATE_NOOP("Actions", "Next task on the same worker"),
       std::nullopt,
       {"N"},
       QT_TRANSLATE_NOOP("Actions",
                         "Select what the same worker ran next; the right arrow on the timeline")},
      {previous_on_worker,
       Group::tasks,
       "previousOnWorker",
       QT_TRANSLATE_NOOP("Actions", "Previous task on the same worker"),
       std::nullopt,
       {"Shift+N"},
       QT_TRANSLATE_NOOP("Actions",
                         "Select what the same worker ran before; the left arrow on the timeline")},
      {guided_tour,
       Group::help,
       "guidedTour",
       QT_TRANSLATE_NOOP("Actions", "Guided tour"),
       std::nullopt,
       {"F1"},
       QT_TRANSLATE_NOOP("Actions", "See five scenarios in as many minutes, step by step")},
      {shortcuts,
       Group::help,
       "shortcuts",
       QT_TRANSLATE_NOOP("Actions", "Keyboard shortcuts"),
       IconId::help,
       {"?"},
       QT_TRANSLATE_NOOP("Actions", "List all keys")},
  };
}

QString tr(const char* text) {
  return QCoreApplication::translate("Actions", text);
}

}  // namespace

std::span<const CommandInfo> commandTable() {
  static const std::vector<CommandInfo> table = makeTable();  // in the order of Command
  return table;
}

QString groupText(CommandGroup group) {
  switch (group) {
    case CommandGroup::file:
      return tr("File");
    case CommandGroup::pool:
      return tr("Pool");
    case CommandGroup::time:
      return tr("Time");
    case CommandGroup::view:
      return tr("View");
    case CommandGroup::tasks:
      return tr("Tasks");
    case CommandGroup::help:
      return tr("Help");
  }
  return {};
}

Actions::Actions(QWidget* window) : QObject(window), theme_(Theme::dark()) {
  for (const CommandInfo& info : commandTable()) {
    auto* action = new QAction(tr(info.text), this);
    action->setObjectName(QString::fromLatin1(info.name));
    QList<QKeySequence> keys;
    for (const char* key : info.keys) {
      keys.append(QKeySequence(QString::fromLatin1(key), QKeySequence::PortableText));
    }
    action->setShortcuts(keys);
    action->setToolTip(QStringLiteral("%1 (%2)").arg(
        tr(info.hint), keys.first().toString(QKeySequence::NativeText)));
    connect(action, &QAction::triggered, this, [this, &info] { Q_EMIT triggered(info.command); });
    if (info.command == export_picture) {
      action->setIconText(tr("Export"));  // on its button
    } else if (info.command == find) {
      action->setIconText(tr("Find"));
    }
    window->addAction(action);
    actions_.append(action);
    icons_.append(info.icon);
  }
}

QAction* Actions::operator[](Command command) const {
  return actions_[static_cast<qsizetype>(command)];
}

void Actions::setText(Command command, const QString& text, IconId icon,
                      const QString& buttonText) {
  auto& current = icons_[static_cast<qsizetype>(command)];
  if ((*this)[command]->text() == text && current == icon) {
    return;
  }
  (*this)[command]->setText(text);
  (*this)[command]->setIconText(buttonText);  // empty: as the text
  current = icon;
  update(command);
}

void Actions::setTheme(const Theme& theme) {
  theme_ = theme;
  for (const CommandInfo& info : commandTable()) {
    update(info.command);
  }
}

void Actions::addTo(QMenu* menu) const {
  QMenu* submenu = nullptr;
  std::optional<CommandGroup> group;
  for (const CommandInfo& info : commandTable()) {
    if (group != info.group) {
      group = info.group;
      submenu = menu->addMenu(groupText(info.group));
    }
    submenu->addAction((*this)[info.command]);
  }
}

void Actions::update(Command command) {
  if (const auto icon = icons_[static_cast<qsizetype>(command)]) {
    (*this)[command]->setIcon(themeIcon(*icon, theme_));
  }
}

}  // namespace poolscope::ui
