// SPDX-License-Identifier: Apache-2.0
#include "ui/window/tour.h"

#include <QCoreApplication>

namespace poolscope::ui {

namespace {

QString tr(const char* text) {
  return QCoreApplication::translate("Tour", text);
}

}  // namespace

QList<TourStep> tourSteps() {
  const auto scraping = QStringLiteral("web-scraping");
  const auto order = QStringLiteral("submit-vs-map");
  const auto computing = QStringLiteral("cpu-bound");
  const auto failing = QStringLiteral("failing-tasks");
  const auto deadlock = QStringLiteral("deadlock");
  return {
      {scraping, tr("Each lane is a worker thread of a pool, and each bar a page that it fetches: "
                    "hatched where it waits for the server, bright where it computes.")},
      {scraping, tr("Above the workers is the queue: map() put all pages into it at once, and each "
                    "worker that is free picks the next.")},
      {scraping,
       tr("With one worker the pages come one after the other: press the button, and watch tasks/s "
          "at the top right fall to an eighth."),
       1},
      {scraping,
       tr("With 32 workers the waits overlap, and pages come many times as fast: threads help "
          "where "
          "there is waiting."),
       0},
      {order,
       tr("The top lane is the program itself: map() gives results in order, so it is blocked "
          "on the first page, which is slow, while all the others are done.")},
      {order,
       tr("as_completed() gives each result as soon as it is there: press the button and look at "
          "the "
          "same lane."),
       0},
      {computing, tr("These tasks only compute: no bar is hatched, and each needs a core of the "
                     "processor all the time.")},
      {computing,
       tr("So more workers than cores bring nothing: each task only takes longer, and tasks/s "
          "stays "
          "where it was."),
       1},
      {failing,
       tr("Every tenth task raises an exception, drawn red; the program never asks for the "
          "result, so it never learns of it.")},
      {failing,
       tr("Press X, or \"failed\" at the right: the card there tells what went wrong and where the "
          "time of the task went. Esc and End lead back to the present.")},
      {deadlock,
       tr("Four tasks wait for tasks of their own pool, and no worker is left to run those: "
          "a deadlock, until the demo adds a fifth worker after five seconds.")},
      {deadlock,
       tr("With eight workers from the start it never happens: it depends on the load, which makes "
          "it "
          "a nasty fault."),
       1},
      {deadlock,
       tr("That was the tour: more scenarios stand in the list at the top left, each with "
          "a lesson and things to try at the right; ? lists all keys.")},
  };
}

}  // namespace poolscope::ui
