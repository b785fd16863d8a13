// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/report.h"

#include <QJsonValue>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace poolscope::bench {
namespace {

enum class Limit { none, at_most, at_least };

struct Budget {
  const char* what;
  const char* path;
  const char* unit;
  Limit limit = Limit::none;
  double value = 0;
};

constexpr Budget kBudgets[] = {
    {"event recorded, over the clock read", "event_emit_over_clock_ns", "ns", Limit::at_most, 15},
    {"empty task, 1 worker: traced / best peer",
     "empty_task_with_future/by_workers/1/ratio_to_best_peer", "x", Limit::at_least, 1.3},
    {"empty task, 2 workers: traced / best peer",
     "empty_task_with_future/by_workers/2/ratio_to_best_peer", "x", Limit::at_least, 2},
    {"empty task, 4 workers: traced / best peer",
     "empty_task_with_future/by_workers/4/ratio_to_best_peer", "x", Limit::at_least, 2},
    {"empty task, 8 workers: traced / best peer",
     "empty_task_with_future/by_workers/8/ratio_to_best_peer", "x", Limit::at_least, 2},
    {"empty task, 64 workers: traced / best peer",
     "empty_task_with_future/by_workers/64/ratio_to_best_peer", "x", Limit::at_least, 2},
    {"empty task, four producers: worst ratio",
     "empty_task_with_future/four_producers/ratio_to_best_peer", "x"},
    {"1 us tasks: worst ratio", "empty_task_with_future/microsecond_tasks/ratio_to_best_peer", "x"},
    {"fire and forget: worst ratio", "fire_and_forget/ratio_to_best_peer", "x"},
    {"round trip, traced, p50 (worst count)", "round_trip_us/p50", "us"},
    {"round trip, traced, p99 (worst count)", "round_trip_us/p99", "us"},
    {"session, a finished task", "session_bytes_per_task", "bytes", Limit::at_most, 32},
    {"session, filled by one core", "session/max_tasks_per_s", "tasks/s"},
    {"figures of a range, 10 M tasks, p99", "range_statistics_10M_ms/p99", "ms", Limit::at_most,
     50},
    {"find as one types, 10 M tasks, worst letter", "find_10M_ms/worst_letter", "ms",
     Limit::at_most, 300},
    {"find an error's text of 100 in 10 M tasks", "find_10M_ms/rare_error", "ms", Limit::at_most,
     300},
    {"find an id among 10 M tasks", "find_10M_ms/id", "ms", Limit::at_most, 300},
    {"find in 10 M names, one a task, worst letter", "find_10M_names_ms/worst_letter", "ms",
     Limit::at_most, 300},
    {"next slowest of 10 M tasks, p99", "walk_10M_ms/slowest_p99", "ms"},
    {"next longest queued of 10 M tasks, p99", "walk_10M_ms/longest_queued_p99", "ms"},
    {"slower than a share of its kind, 10 M tasks", "walk_10M_ms/slower_than_share_of_kind", "ms"},
    {"frame, 10 k tasks, median", "frame_ms/10k/median", "ms", Limit::at_most, 4},
    {"frame, 10 k tasks, p99", "frame_ms/10k/p99", "ms", Limit::at_most, 8},
    {"frame, 1 M tasks, median", "frame_ms/1M/median", "ms", Limit::at_most, 4},
    {"frame, 1 M tasks, p99", "frame_ms/1M/p99", "ms", Limit::at_most, 8},
    {"frame, 10 M tasks, median", "frame_ms/10M/median", "ms", Limit::at_most, 4},
    {"frame, 10 M tasks, p99", "frame_ms/10M/p99", "ms", Limit::at_most, 8},
    {"frame, 10 M tasks / 10 k tasks", "frame_ms/10M/ratio_to_10k", "x", Limit::at_most, 1.3},
    {"frame, 1 M tasks, 1024 lanes, median", "frame_1024_lanes_ms/unfolded/median", "ms",
     Limit::at_most, 8},
    {"frame, the same / 32 lanes", "frame_1024_lanes_ms/unfolded/ratio_to_32_lanes", "x",
     Limit::at_most, 2},
    {"frame, 1 M tasks, 1024 lanes, p99", "frame_1024_lanes_ms/unfolded/p99", "ms", Limit::at_most,
     16},
    {"frame, 1 M tasks, 1024 lanes folded, median", "frame_1024_lanes_ms/folded/median", "ms",
     Limit::at_most, 8},
    {"frame, the same / 32 lanes", "frame_1024_lanes_ms/folded/ratio_to_32_lanes", "x",
     Limit::at_most, 2},
    {"live ingest", "ingest/tasks_per_s", "tasks/s", Limit::at_least, 1e6},
    {"live ingest, events lost", "ingest/lost_events", "", Limit::at_most, 0},
    {"live ingest, frame interval p99", "ingest/frame_interval_p99_ms", "ms", Limit::at_most, 20},
    {"traced executor at its full rate", "ingest_executor/tasks_per_s", "tasks/s"},
    {"traced executor at its full rate, events lost", "ingest_executor/lost_share", ""},
    {"traced executor at its full rate, frame interval p99",
     "ingest_executor/frame_interval_p99_ms", "ms"},
    {"recording, a task, as written by default", "recording_bytes_per_task/compressed", "bytes",
     Limit::at_most, 24},
    {"recording, a task, plain", "recording_bytes_per_task/plain", "bytes", Limit::at_most, 72},
    {"recording, each result delivered, too", "recording_bytes_per_task/with_delivery", "bytes"},
    {"recording, CPU time of each task, too", "recording_bytes_per_task/with_cpu_time", "bytes"},
    {"recording, a phase in each task, too", "recording_bytes_per_task/with_phase", "bytes"},
    {"recording, share of the throughput at 100 k tasks/s", "recording_cost/share", "",
     Limit::at_most, 0.03},
    {"recording, the same with a worker on each core", "recording_cost/worker_a_core/share", ""},
    {"recording, tasks written", "recording/tasks_per_s", "tasks/s"},
    {"opening 10 M tasks, first picture", "open_10M/first_picture_s", "s", Limit::at_most, 0.5},
    {"opening 10 M tasks, whole", "open_10M/whole_s", "s", Limit::at_most, 4},
    {"opening 10 M tasks, peak heap a task", "open_10M/peak_bytes_per_task", "bytes",
     Limit::at_most, 48},
    {"video, 1080p at 60 frames a second, times as fast as it plays", "video_1080p60_times_playing",
     "x", Limit::at_least, 1},
    {"picture of 10 M tasks", "picture_10M_s", "s", Limit::at_most, 1},
    {"start of the window, first frame", "first_frame_s", "s", Limit::at_most, 0.4},
    {"web-scraping live, utilization while tasks wait", "web_scraping/utilization_while_queued", "",
     Limit::at_least, 0.95},
    {"web-scraping live, paint interval p99", "web_scraping/paint_interval_p99_ms", "ms",
     Limit::at_most, 20},
    {"local server, 64 workers, share of the ideal rate", "http/share_of_ideal", "",
     Limit::at_least, 0.95},
    {"local server, 64 workers, p99 over the latency", "http/excess_p99_ms", "ms", Limit::at_most,
     10},
    {"Python's empty task under run / without, 1 worker", "python_under_run/empty_1_worker/ratio",
     "x", Limit::at_most, 1.4},
    {"Python's empty task under run / without, 4 workers", "python_under_run/empty_4_workers/ratio",
     "x", Limit::at_most, 1.4},
    {"Python's submit().result() under run / without", "python_under_run/round_trip/ratio", "x"},
    {"Python's task of 1 ms under run / without", "python_under_run/task_of_1_ms/ratio", "x",
     Limit::at_most, 1.01},
    {"Python's start-up under run, more than without", "python_under_run/start_up/more_ms", "ms",
     Limit::at_most, 10},
    {"simulation, 1 worker", "simulation_tasks_per_s/1", "tasks/s", Limit::at_least, 5e6},
    {"simulation, 8 workers", "simulation_tasks_per_s/8", "tasks/s", Limit::at_least, 5e6},
    {"simulation, 64 workers", "simulation_tasks_per_s/64", "tasks/s", Limit::at_least, 5e6},
    {"simulation, 256 workers", "simulation_tasks_per_s/256", "tasks/s", Limit::at_least, 5e6},
    {"predicted against measured, the gallery's worst", "prediction_error/worst", "",
     Limit::at_most, 0.1},
    {"the same, the widest interval to each side", "prediction_error/widest_half_width", ""},
    {"predicted against measured, the worst of one sweep", "prediction_error/worst_of_one_sweep",
     ""},
    {"predicted against measured queue wait p99, the scenarios' median",
     "prediction_error/queue_wait/median", ""},
    {"the same, the gallery's worst", "prediction_error/queue_wait/worst", ""},
    {"sweep of six counts, tasks of 50 ms, to a recommendation", "sweep_of_six/seconds", "s",
     Limit::at_most, 20},
    {"recommended is the best or beside it, web-scraping, share of sweeps",
     "recommendation/web-scraping/share_right", "", Limit::at_least, 0.9},
    {"the same, a server that answers ten at a time", "recommendation/server_of_ten/share_right",
     "", Limit::at_least, 0.9},
    {"recommended are the cores, within one, computing, share of sweeps",
     "recommendation/computing/share_right", "", Limit::at_least, 1},
    {"recommended is 1 and it says why, the interpreter's lock, share of sweeps",
     "recommendation/interpreter-lock/share_right", "", Limit::at_least, 1},
    {"Auto after 30 s / the best fixed count, web-scraping", "auto/web-scraping/share_of_best", "x",
     Limit::at_least, 0.9},
    {"Auto after 30 s / the best fixed count, a server with a limit", "auto/http/share_of_best",
     "x", Limit::at_least, 0.9},
    {"Auto after 30 s / the best fixed count, computing", "auto/cpu-bound/share_of_best", "x",
     Limit::at_least, 0.9},
};

QString number(double value) {
  const double size = std::abs(value);
  if (size >= 1e6) {
    return QStringLiteral("%1 M").arg(value * 1e-6, 0, 'f', 2);
  }
  if (size >= 1e4) {
    return QStringLiteral("%1 k").arg(value * 1e-3, 0, 'f', 0);
  }
  return QString::number(value, 'g', size >= 1000 ? 4 : 3);
}

QString withUnit(const QString& text, const char* unit) {
  const QLatin1String name(unit);
  return name.isEmpty() ? text : text + QLatin1Char(' ') + name;
}

ReportRow rowOf(const Budget& budget, const QJsonObject& figures) {
  ReportRow row;
  row.what = QLatin1String(budget.what);
  if (budget.limit != Limit::none) {
    const QString sign =
        budget.limit == Limit::at_most ? QStringLiteral("<= %1") : QStringLiteral(">= %1");
    row.budget = withUnit(sign.arg(number(budget.value)), budget.unit);
  }
  const std::optional<double> value = figureAt(figures, QLatin1String(budget.path));
  if (!value) {
    row.figure = QStringLiteral("-");
    row.verdict = ReportRow::Verdict::not_measured;
    return row;
  }
  row.figure = withUnit(number(*value), budget.unit);
  if (budget.limit != Limit::none) {
    const bool met =
        budget.limit == Limit::at_most ? *value <= budget.value : *value >= budget.value;
    row.verdict = met ? ReportRow::Verdict::met : ReportRow::Verdict::not_met;
  }
  return row;
}

QString word(ReportRow::Verdict verdict) {
  switch (verdict) {
    case ReportRow::Verdict::none:
      return {};
    case ReportRow::Verdict::met:
      return QStringLiteral("met");
    case ReportRow::Verdict::not_met:
      return QStringLiteral("NOT met");
    case ReportRow::Verdict::not_measured:
      return QStringLiteral("not measured");
  }
  return {};
}

QString machineLine(const QJsonObject& document) {
  const QJsonObject machine = document[QStringLiteral("machine")].toObject();
  const auto text = [&](const char* key) {
    return machine[QLatin1String(key)].toVariant().toString();
  };
  return QStringLiteral(
             "%1 cores of %2%3, %4 GiB, %5, Linux %6, %7, Qt %8; %9 run, load before it %10")
      .arg(text("cores"), text("cpu"),
           machine[QStringLiteral("virtual")].toBool() ? QStringLiteral(" (a virtual machine)")
                                                       : QString(),
           text("memory_gib"), text("os"), text("kernel"), text("compiler"), text("qt"),
           document[QStringLiteral("quick")].toBool() ? QStringLiteral("quick")
                                                      : QStringLiteral("full"),
           text("load_before"));
}

QString cell(const QJsonValue& value) {
  if (value.isDouble()) {
    return number(value.toDouble());
  }
  const QJsonObject spread = value.toObject();
  if (spread.contains(QStringLiteral("p50"))) {
    return QStringLiteral("%1 / %2").arg(number(spread[QStringLiteral("p50")].toDouble()),
                                         number(spread[QStringLiteral("p99")].toDouble()));
  }
  return QStringLiteral("-");
}

/// A row a contender, a column a worker count.
QString contenderTable(const QString& title, const QJsonObject& comparison) {
  const QJsonObject byWorkers = comparison[QStringLiteral("by_workers")].toObject();
  QStringList counts = byWorkers.keys();
  std::sort(counts.begin(), counts.end(),
            [](const QString& a, const QString& b) { return a.toInt() < b.toInt(); });
  if (counts.isEmpty()) {
    return {};
  }
  QString lines = QStringLiteral("\n| %1 | %2 |\n|---|%3\n")
                      .arg(title, counts.join(QStringLiteral(" | ")),
                           QStringLiteral("---:|").repeated(counts.size()));
  const auto addRow = [&](const QString& name, const auto& valueOf) {
    QStringList cells;
    for (const QString& count : counts) {
      cells.append(cell(valueOf(byWorkers[count].toObject())));
    }
    lines += QStringLiteral("| %1 | %2 |\n").arg(name, cells.join(QStringLiteral(" | ")));
  };
  const QJsonObject first = byWorkers[counts[0]].toObject();
  const QString peers = QStringLiteral("peers");
  for (const QString& name : first.keys()) {
    if (name != peers && name != QLatin1String("ratio_to_best_peer")) {
      addRow(name, [&](const QJsonObject& table) { return table[name]; });
    }
  }
  for (const QString& name : first[peers].toObject().keys()) {
    addRow(name, [&](const QJsonObject& table) { return table[peers].toObject()[name]; });
  }
  addRow(QStringLiteral("**traced / best peer**"),
         [](const QJsonObject& table) { return table[QStringLiteral("ratio_to_best_peer")]; });
  return lines;
}

}  // namespace

std::optional<double> figureAt(const QJsonObject& figures, const QString& path) {
  QJsonValue value = figures;
  for (const QString& key : path.split(QLatin1Char('/'))) {
    value = value.toObject()[key];
  }
  return value.isDouble() ? std::optional(value.toDouble()) : std::nullopt;
}

QList<ReportRow> reportRows(const QJsonObject& figures) {
  QList<ReportRow> rows;
  for (const Budget& budget : kBudgets) {
    rows.append(rowOf(budget, figures));
  }
  return rows;
}

QString reportText(const QJsonObject& document) {
  QString text = machineLine(document) + QLatin1Char('\n');
  for (const ReportRow& row : reportRows(document[QStringLiteral("figures")].toObject())) {
    text += QStringLiteral("%1 %2   %3 %4\n")
                .arg(row.what, -52)
                .arg(row.figure, 16)
                .arg(row.budget, -18)
                .arg(word(row.verdict));
  }
  return text;
}

QString reportMarkdown(const QJsonObject& document) {
  const QJsonObject figures = document[QStringLiteral("figures")].toObject();
  const QJsonObject kept = figures[QStringLiteral("empty_task_with_future")].toObject();
  QString text = machineLine(document) +
                 QStringLiteral(".\n\n| what | figure | budget | |\n|---|---:|---|---|\n");
  for (const ReportRow& row : reportRows(figures)) {
    text += QStringLiteral("| %1 | %2 | %3 | %4 |\n")
                .arg(row.what, row.figure, row.budget, word(row.verdict));
  }
  text += QStringLiteral(
      "\nThe executor and its peers, by number of workers, in tasks per second unless told "
      "otherwise:\n");
  text += contenderTable(QStringLiteral("empty tasks, futures kept"), kept);
  text += contenderTable(QStringLiteral("the same, four producers"),
                         kept[QStringLiteral("four_producers")].toObject());
  text += contenderTable(QStringLiteral("tasks of 1 us, futures kept"),
                         kept[QStringLiteral("microsecond_tasks")].toObject());
  text += contenderTable(QStringLiteral("fire and forget"),
                         figures[QStringLiteral("fire_and_forget")].toObject());
  text += contenderTable(QStringLiteral("round trip, us, p50 / p99"),
                         figures[QStringLiteral("round_trip_us")].toObject());
  return text;
}

std::optional<QString> withFigures(const QString& page, const QString& figures) {
  const QString begin = QStringLiteral("<!-- figures: begin -->\n");
  const QString end = QStringLiteral("<!-- figures: end -->");
  const qsizetype from = page.indexOf(begin);
  const qsizetype to = page.indexOf(end, from);
  if (from < 0 || to < 0) {
    return std::nullopt;
  }
  return page.left(from + begin.size()) + figures + page.mid(to);
}

}  // namespace poolscope::bench
