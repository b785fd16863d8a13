// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/code_lines.h"

#include <QRegularExpression>
#include <QStringList>

#include <algorithm>

namespace poolscope::ui {

namespace {

using Kind = CallerStep::Kind;
using trace::BlockReason;

/// The program's main part: from the pool's making on, cut into statements.
class Program {
 public:
  explicit Program(const QString& code) : lines_(code.split(u'\n')) {
    static const QRegularExpression pool(QStringLiteral(R"(\bThreadPoolExecutor\s*(\w+\s*)?\()"));
    // A function's parameter is none that is made: it stands between the parentheses of a "(".
    static const QRegularExpression parameter(QStringLiteral(R"(\(.*ThreadPoolExecutor&)"));
    for (int i = 0; i < lines_.size(); ++i) {
      if (lines_[i].contains(pool) && !lines_[i].contains(parameter)) {
        start_ = i;
        break;
      }
    }
  }

  bool hasPool() const { return start_ >= 0; }
  LineRange pool() const { return statement(start_); }

  /// The first line from the pool's making on that contains this.
  std::optional<int> find(const QRegularExpression& what) const {
    for (int i = start_; i < lines_.size(); ++i) {
      if (lines_[i].contains(what)) {
        return i;
      }
    }
    return {};
  }
  std::optional<int> find(const char* what) const {
    return find(QRegularExpression(QString::fromLatin1(what)));
  }

  /// The statement that `line` is a part of: from where its parentheses begin to where they end.
  LineRange statement(int line) const {
    int begin = line;
    while (begin > 0 && depthAfter(begin - 1) > 0) {
      --begin;
    }
    int end = begin + 1;
    while (end < lines_.size() && depthAfter(end - 1) > 0) {
      ++end;
    }
    return {begin, end};
  }

  /// The loop around `line`: the nearest head above that stands further left.
  std::optional<int> loopAround(int line) const {
    const LineRange own = statement(line);
    if (isHead(own.begin)) {
      return own.begin;
    }
    for (int i = own.begin - 1; i > start_; --i) {
      const bool blank = lines_[i].trimmed().isEmpty();
      if (!blank && indent(i) < indent(own.begin)) {
        return isHead(i) ? std::optional(i) : std::nullopt;
      }
    }
    return {};
  }

  bool isHead(int line) const {
    const QString text = lines_[line].trimmed();
    return text.startsWith(u"for ") || text.startsWith(u"while ");
  }

  /// The first statement inside of the loop whose head is at `line`.
  std::optional<LineRange> body(int line) const {
    const LineRange head = statement(line);
    for (int i = head.end; i < lines_.size(); ++i) {
      if (!lines_[i].trimmed().isEmpty()) {
        return indent(i) > indent(head.begin) ? std::optional(statement(i)) : std::nullopt;
      }
    }
    return {};
  }

  /// Where the pool's block is left: a "with" waits at its head, as tracebacks have it; in C++ the
  /// closing brace does.
  std::optional<LineRange> leaving() const {
    if (lines_[pool().begin].trimmed().startsWith(u"with ")) {
      return pool();
    }
    for (int i = pool().end; i < lines_.size(); ++i) {
      if (lines_[i].trimmed() == u"}" && indent(i) < indent(pool().begin)) {
        return LineRange{i, i + 1};
      }
    }
    return {};
  }

 private:
  int indent(int line) const {
    const QString& text = lines_[line];
    return static_cast<int>(
        std::find_if(text.begin(), text.end(), [](QChar c) { return !c.isSpace(); }) -
        text.begin());
  }

  /// Parentheses and brackets that are open behind `line`, of the statement that it belongs to.
  int depthAfter(int line) const {
    int depth = 0;
    for (int i = 0; i <= line; ++i) {
      for (const QChar c : withoutComment(lines_[i])) {
        depth += c == u'(' || c == u'[' ? 1 : c == u')' || c == u']' ? -1 : 0;
      }
      depth = std::max(depth, 0);
    }
    return depth;
  }

  static QStringView withoutComment(const QString& text) {
    static const QRegularExpression comment(QStringLiteral(R"((^|\s)(#|//).*)"));
    const auto match = comment.match(text);
    return QStringView(text).left(match.hasMatch() ? match.capturedStart() : text.size());
  }

  QStringList lines_;
  int start_ = -1;
};

std::optional<int> submitLine(const Program& program) {
  return program.find(R"(\.(submit|map)\()");
}

/// A loop over what map() gives: the call itself, or the variable that holds its results.
std::optional<int> mapLoop(const Program& program) {
  const auto call = program.find(R"(\.map\()");
  if (!call) {
    return {};
  }
  const int begin = program.statement(*call).begin;
  if (program.isHead(begin)) {
    return begin;
  }
  const auto loop = program.find(R"(for .*\bresults\b)");
  return loop ? loop : call;
}

std::optional<int> waitLine(const Program& program, BlockReason reason) {
  const auto result = program.find(R"(\.result\()");
  const auto completed = program.find(R"(\bas_completed\()");
  const auto wait = program.find(R"(\bwait\()");
  const auto first = [](std::initializer_list<std::optional<int>> lines) {
    for (const std::optional<int>& line : lines) {
      if (line) {
        return line;
      }
    }
    return std::optional<int>();
  };
  switch (reason) {
    case BlockReason::full_queue:
      return submitLine(program);
    case BlockReason::map:
      return first({mapLoop(program), result, completed, wait});
    case BlockReason::wait:
    case BlockReason::as_completed:
      return first({completed, wait, result, mapLoop(program)});
    default:
      return first({result, mapLoop(program), completed, wait});
  }
}

std::optional<LineRange> takeLines(const Program& program) {
  auto line = program.find(R"(\bas_completed\()");
  line = line ? line : mapLoop(program);
  if (line) {
    const int begin = program.statement(*line).begin;
    return program.isHead(begin) ? program.body(begin) : std::optional(program.statement(begin));
  }
  const auto result = program.find(R"(\.result\()");
  return result ? std::optional(program.statement(*result)) : std::nullopt;
}

bool leavesPool(const Program& program, const CallerStep& step) {
  if (step.kind != Kind::waits) {
    return step.kind == Kind::shuts_down;
  }
  return step.reason == BlockReason::shutdown ||
         (step.reason == BlockReason::wait && !waitLine(program, step.reason));
}

}  // namespace

bool leavesPool(const QString& code, const CallerStep& step) {
  const Program program(code);
  return program.hasPool() && leavesPool(program, step);
}

std::optional<LineRange> linesOf(const QString& code, const CallerStep& step) {
  const Program program(code);
  if (!program.hasPool()) {
    return {};
  }
  const auto lines = [&](std::optional<int> line) {
    return line ? std::optional(program.statement(*line)) : std::nullopt;
  };
  switch (step.kind) {
    case Kind::none:
      return {};
    case Kind::submits:
      return lines(submitLine(program));
    case Kind::waits:
      return leavesPool(program, step) ? program.leaving() : lines(waitLine(program, step.reason));
    case Kind::takes:
      return takeLines(program);
    case Kind::idles: {
      const auto submit = submitLine(program);
      const auto loop = submit ? program.loopAround(*submit) : std::nullopt;
      return lines(loop ? loop : submit);
    }
    case Kind::shuts_down:
      return program.leaving();
  }
  return {};
}

}  // namespace poolscope::ui
