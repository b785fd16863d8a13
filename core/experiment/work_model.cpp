// SPDX-License-Identifier: Apache-2.0
#include "core/experiment/work_model.h"

#include "core/experiment/task_trees.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace poolscope::experiment {
namespace {

using trace::PhaseKind;

constexpr std::size_t kLeastTasks = 20;
constexpr std::string_view kInterpreterLock = "interpreter lock";  // as burn_cpu() calls it

double seconds(TimeNs time) {
  return static_cast<double>(time) * 1e-9;
}

class Modeller {
 public:
  Modeller(const TaskRecords& records, const trace::Directory& directory,
           const WorkModelOptions& options)
      : records_(records),
        directory_(directory),
        options_(options) {
    work_.cores = options.cores;
  }

  tl::expected<WorkModel, NoModel> model();

 private:
  /// A part of a task's time that is known: a phase, or else a call of another task.
  struct Part {
    TimeNs begin = 0;
    TimeNs end = 0;
    const PhaseRecord* phase = nullptr;
    Segment call = {};
  };

  void choose_tasks();
  bool choose_trees();
  std::vector<Part> parts_of(const TaskRecord& task,
                             const std::vector<const PhaseRecord*>& phases) const;
  void add_calls(const TreeTask& task, std::vector<Part>& parts) const;
  std::vector<Segment> segments_of(const TaskRecord& task, const std::vector<Part>& parts);
  void add(std::vector<Segment>& segments, Segment segment) const;
  Segment segment_of(const PhaseRecord& phase, double compute_scale, bool interpreted);
  void number_trees();
  std::uint16_t resource(const std::string& name, std::uint32_t capacity);

  const TaskRecords& records_;
  const trace::Directory& directory_;
  const WorkModelOptions& options_;
  SimulatedWork work_;
  double computing_seconds_ = 0;  // as tasks saw them
  double cpu_seconds_ = 0;        // that they got
  std::map<std::string, std::uint16_t> resources_;
  std::vector<std::size_t> chosen_;  // places, ascending, but where they are those of trees
  std::vector<TreeTask> trees_;      // of those, if any of them waits for another
};

std::uint16_t Modeller::resource(const std::string& name, std::uint32_t capacity) {
  const auto [found, is_new] =
      resources_.try_emplace(name, static_cast<std::uint16_t>(work_.capacities.size()));
  if (is_new) {
    work_.capacities.push_back(capacity);
  }
  return found->second;
}

void Modeller::choose_tasks() {
  const auto& tasks = records_.tasks();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const TaskRecord& task = tasks[i];
    // One that failed after the end may have been stopped there, before it had done its work.
    const bool cut = task.failed && task.finished > options_.end;
    if (task.started != kNever && task.finished != kNever && !cut &&
        task.started >= options_.begin && task.started <= options_.end) {
      chosen_.push_back(i);
    }
  }
  if (chosen_.size() > options_.most_tasks) {
    const auto surplus = static_cast<std::ptrdiff_t>(chosen_.size() - options_.most_tasks);
    const auto from = options_.first ? chosen_.end() - surplus : chosen_.begin();
    chosen_.erase(from, from + surplus);
  }
}

Segment Modeller::segment_of(const PhaseRecord& phase, double compute_scale, bool interpreted) {
  const double length = seconds(phase.end - phase.begin);
  const auto as_float = [](double value) { return static_cast<float>(value); };
  switch (phase.kind) {
    case PhaseKind::compute:
      if (interpreted) {  // one at a time: what it lost, it lost to other programs
        return {Segment::Kind::hold, resource(std::string(kInterpreterLock), 1), as_float(length)};
      }
      return {Segment::Kind::cpu, 0, as_float(length * compute_scale)};
    case PhaseKind::lock_held:
      return {Segment::Kind::hold, resource("lock " + std::string(directory_.name(phase.name)), 1),
              as_float(length)};
    case PhaseKind::io_wait:
      if (options_.server_capacity > 0) {
        return {Segment::Kind::hold, resource("server", options_.server_capacity),
                as_float(length)};
      }
      [[fallthrough]];
    default:
      return {Segment::Kind::delay, 0, as_float(length)};
  }
}

void Modeller::add(std::vector<Segment>& segments, Segment segment) const {
  if (segment.kind == Segment::Kind::submit || segment.kind == Segment::Kind::await) {
    segments.push_back(segment);
    return;
  }
  if (segment.seconds <= 0) {
    return;
  }
  const bool joins = !segments.empty() && segments.back().kind == segment.kind &&
                     segments.back().resource == segment.resource &&
                     (segment.kind != Segment::Kind::hold);
  if (joins) {
    segments.back().seconds += segment.seconds;
  } else {
    segments.push_back(segment);
  }
}

/// The outermost phases, in their order.
std::vector<Modeller::Part> Modeller::parts_of(
    const TaskRecord& task, const std::vector<const PhaseRecord*>& phases) const {
  std::vector<Part> parts;
  TimeNs now = task.started;
  for (const PhaseRecord* phase : phases) {
    if (phase->begin < now || phase->end > task.finished) {
      continue;  // inside of another, or cut
    }
    parts.push_back({phase->begin, phase->end, phase});
    now = phase->end;
  }
  return parts;
}

/// What it submits and waits for, between its phases.
void Modeller::add_calls(const TreeTask& task, std::vector<Part>& parts) const {
  for (std::size_t i = 0; i < task.children.size(); ++i) {
    const TimeNs time = records_.tasks()[task.children[i]].queued;
    parts.push_back({time, time, nullptr, {Segment::Kind::submit, static_cast<std::uint16_t>(i)}});
  }
  for (const TreeTask::Wait& wait : task.waits) {
    parts.push_back({wait.begin,
                     wait.end,
                     nullptr,
                     {Segment::Kind::await, static_cast<std::uint16_t>(wait.child)}});
  }
  std::ranges::stable_sort(parts, {}, &Part::begin);
}

std::vector<Segment> Modeller::segments_of(const TaskRecord& task, const std::vector<Part>& parts) {
  double compute = 0;
  bool interpreted = false;
  for (const Part& part : parts) {
    if (const PhaseRecord* phase = part.phase) {
      compute += phase->kind == PhaseKind::compute ? seconds(phase->end - phase->begin) : 0;
      interpreted = interpreted || (phase->kind == PhaseKind::lock_wait &&
                                    directory_.name(phase->name) == kInterpreterLock);
    }
  }
  const double cpu = task.cpu > 0 ? seconds(task.cpu) : compute;
  const double scale = compute > 0 ? std::min(1.0, cpu / compute) : 1;
  double rest = std::max(0.0, cpu - compute * scale) + options_.other_cpu;
  if (!interpreted) {
    computing_seconds_ += compute;
    cpu_seconds_ += compute * scale;
  }
  std::vector<Segment> segments;
  TimeNs now = task.started;
  for (const Part& part : parts) {
    add(segments, {Segment::Kind::delay, 0, static_cast<float>(seconds(part.begin - now))});
    if (part.phase == nullptr) {
      add(segments, part.call);
    } else if (part.phase->kind != PhaseKind::lock_wait) {
      add(segments, segment_of(*part.phase, scale, interpreted));
    }
    now = std::max(now, part.end);
  }
  add(segments, {Segment::Kind::delay, 0, static_cast<float>(seconds(task.finished - now))});
  // What was computed outside of the phases that say so happened while the task seemed to wait.
  double waited = 0;
  for (const Segment& segment : segments) {
    waited += segment.kind == Segment::Kind::delay ? static_cast<double>(segment.seconds) : 0;
  }
  const double kept = waited > 0 ? std::max(0.0, 1 - rest / waited) : 1;
  for (Segment& segment : segments) {
    if (segment.kind == Segment::Kind::delay) {
      segment.seconds *= static_cast<float>(kept);
    }
  }
  // With what it computes anyway: as a stretch of its own it would wait its turn for a core again.
  const auto computing =
      std::ranges::find(segments.rbegin(), segments.rend(), Segment::Kind::cpu, &Segment::kind);
  if (computing != segments.rend()) {
    computing->seconds += static_cast<float>(rest);
  } else {
    add(segments, {Segment::Kind::cpu, 0, static_cast<float>(rest)});
  }
  return segments;
}

/// Of tasks that wait for others those in whole trees alone. False if that cannot be told.
bool Modeller::choose_trees() {
  const bool waits = std::ranges::any_of(records_.waits(), [&](const WaitRecord& wait) {
    return std::ranges::binary_search(chosen_, wait.task);
  });
  if (!waits) {
    return true;
  }
  auto trees = whole_trees(records_, chosen_);
  if (!trees) {
    return false;
  }
  trees_ = std::move(*trees);
  chosen_.clear();
  for (const TreeTask& task : trees_) {
    chosen_.push_back(task.place);
  }
  return true;
}

/// After their tasks: by their numbers there.
void Modeller::number_trees() {
  std::unordered_map<std::size_t, std::uint32_t> numbers;
  for (std::size_t i = 0; i < trees_.size(); ++i) {
    numbers[trees_[i].place] = static_cast<std::uint32_t>(i);
  }
  for (std::size_t i = 0; i < trees_.size(); ++i) {
    work_.first_child.push_back(static_cast<std::uint32_t>(work_.children.size()));
    for (const std::size_t child : trees_[i].children) {
      work_.children.push_back(numbers.at(child));
    }
    if (trees_[i].is_root) {
      work_.roots.push_back(static_cast<std::uint32_t>(i));
    }
  }
  work_.first_child.push_back(static_cast<std::uint32_t>(work_.children.size()));
}

tl::expected<WorkModel, NoModel> Modeller::model() {
  choose_tasks();
  if (!choose_trees()) {
    return tl::unexpected(NoModel::waits_for_others);
  }
  if (chosen_.size() < kLeastTasks) {
    return tl::unexpected(NoModel::too_few_tasks);
  }
  std::unordered_map<std::size_t, std::vector<const PhaseRecord*>> phases;
  for (const std::size_t place : chosen_) {
    phases[place];
  }
  for (const PhaseRecord& phase : records_.phases()) {
    if (const auto found = phases.find(phase.task); found != phases.end() && phase.end != kNever) {
      found->second.push_back(&phase);
    }
  }
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    const TaskRecord& task = records_.tasks()[chosen_[i]];
    std::vector<Part> parts = parts_of(task, phases[chosen_[i]]);
    if (!trees_.empty()) {
      add_calls(trees_[i], parts);
    }
    work_.add_task(segments_of(task, parts));
  }
  if (!trees_.empty()) {
    number_trees();
  }
  WorkModel model{.stretch =
                      cpu_seconds_ > 0 ? std::max(1.0, computing_seconds_ / cpu_seconds_) : 1};
  for (const std::uint32_t root : work_.roots) {
    model.roots.push_back(chosen_[root]);
  }
  model.work = std::move(work_);
  return model;
}

}  // namespace

tl::expected<WorkModel, NoModel> model_work(const TaskRecords& records,
                                            const trace::Directory& directory,
                                            const WorkModelOptions& options) {
  return Modeller(records, directory, options).model();
}

std::vector<float> arrival_gaps(const TaskRecords& records, TimeNs begin, TimeNs end) {
  std::vector<TimeNs> times;
  for (const TaskRecord& task : records.tasks()) {
    if (task.queued > begin && task.queued <= end) {
      times.push_back(task.queued);
    }
  }
  std::ranges::sort(times);
  std::vector<float> gaps;
  TimeNs before = begin;
  for (const TimeNs time : times) {
    gaps.push_back(static_cast<float>(seconds(time - std::exchange(before, time))));
  }
  return gaps;
}

}  // namespace poolscope::experiment
