// SPDX-License-Identifier: Apache-2.0
#include "core/workload/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

namespace poolscope::workload {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};
constexpr std::array kDurationUnits = {Unit{"ns", 1},    Unit{"us", 1e3}, Unit{"\u00b5s", 1e3},
                                       Unit{"ms", 1e6},  Unit{"s", 1e9},  Unit{"min", 60e9},
                                       Unit{"h", 3600e9}};
constexpr std::array kRateUnits = {Unit{"/s", 1}, Unit{"/min", 1.0 / 60}, Unit{"/h", 1.0 / 3600}};
constexpr std::array kByteUnits = {Unit{"B", 1},
                                   Unit{"KiB", 1024},
                                   Unit{"MiB", 1024.0 * 1024},
                                   Unit{"GiB", 1024.0 * 1024 * 1024},
                                   Unit{"kB", 1e3},
                                   Unit{"MB", 1e6},
                                   Unit{"GB", 1e9}};
constexpr double kHighestRate = 1e6;
constexpr double kLargestSigma = 10;
constexpr double kLargestAlpha = 1000;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

struct Quantity {
  double number;
  std::string_view unit;
};

/// A finite number and what follows it; empty if there is no number.
std::optional<Quantity> split(std::string_view text) {
  text = trimmed(text);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !std::isfinite(number)) {
    return {};
  }
  const auto used = static_cast<std::size_t>(end - text.data());
  return Quantity{number, trimmed(text.substr(used))};
}

std::optional<double> factor_of(std::string_view unit, const auto& units) {
  const auto found = std::ranges::find(units, unit, &Unit::name);
  return found == units.end() ? std::nullopt : std::optional(found->factor);
}

Parsed<double> parse_number(std::string_view text, std::string_view what, double most) {
  const auto quantity = split(text);
  if (!quantity || !quantity->unit.empty()) {
    return tl::unexpected(std::string(what) + " is not a number: '" + std::string(trimmed(text)) +
                          "'");
  }
  if (quantity->number < 0) {
    return tl::unexpected(std::string(what) + " must not be negative");
  }
  if (quantity->number > most) {
    return tl::unexpected(std::string(what) + " is above " +
                          std::to_string(static_cast<int>(most)));
  }
  return quantity->number;
}

struct Call {
  std::string_view name;
  std::vector<std::string_view> arguments;
};

/// name(a, b); empty if the text does not have that shape.
std::optional<Call> split_call(std::string_view text) {
  const auto open = text.find('(');
  if (open == std::string_view::npos || text.back() != ')') {
    return {};
  }
  Call call{trimmed(text.substr(0, open)), {}};
  std::string_view rest = text.substr(open + 1, text.size() - open - 2);
  for (auto comma = rest.find(','); comma != std::string_view::npos; comma = rest.find(',')) {
    call.arguments.push_back(trimmed(rest.substr(0, comma)));
    rest.remove_prefix(comma + 1);
  }
  call.arguments.push_back(trimmed(rest));
  return call;
}

struct Distribution {
  std::string_view name;
  DurationSpec::Kind kind;
  std::size_t arguments;
  std::string_view usage;
};
constexpr std::array kDistributions = {
    Distribution{"uniform", DurationSpec::Kind::uniform, 2, "uniform(low, high)"},
    Distribution{"exponential", DurationSpec::Kind::exponential, 1, "exponential(mean)"},
    Distribution{"lognormal", DurationSpec::Kind::lognormal, 2, "lognormal(median, sigma)"},
    Distribution{"pareto", DurationSpec::Kind::pareto, 2, "pareto(min, alpha)"}};

Parsed<DurationSpec> with_second_argument(DurationSpec spec, std::string_view argument) {
  if (spec.kind == DurationSpec::Kind::uniform) {
    const auto high = parse_duration(argument);
    if (!high) {
      return tl::unexpected(high.error());
    }
    if (*high < spec.a) {
      return tl::unexpected(std::string("has its bounds in the wrong order"));
    }
    spec.b = *high;
    return spec;
  }
  const bool lognormal = spec.kind == DurationSpec::Kind::lognormal;
  const auto shape = lognormal ? parse_number(argument, "sigma", kLargestSigma)
                               : parse_number(argument, "alpha", kLargestAlpha);
  if (!shape) {
    return tl::unexpected("has a wrong shape: " + shape.error());
  }
  if (!lognormal && *shape <= 0) {
    return tl::unexpected(std::string("has a wrong shape: alpha must be above 0"));
  }
  spec.shape = *shape;
  return spec;
}

}  // namespace

Parsed<Nanoseconds> parse_duration(std::string_view text) {
  const auto quantity = split(text);
  const auto factor = !quantity ? std::nullopt
                      : quantity->unit.empty() && quantity->number == 0
                          ? std::optional(0.0)
                          : factor_of(quantity->unit, kDurationUnits);
  if (!factor) {
    return tl::unexpected("is no duration: '" + std::string(trimmed(text)) + "'");
  }
  if (quantity->number < 0) {
    return tl::unexpected("must not be negative: '" + std::string(trimmed(text)) + "'");
  }
  const double ns = quantity->number * *factor;
  if (ns > static_cast<double>(kLongestDuration.count())) {
    return tl::unexpected(std::string("is longer than a day"));
  }
  return Nanoseconds(std::llround(ns));
}

Parsed<DurationSpec> parse_duration_spec(std::string_view text) {
  DurationSpec spec;
  spec.text = trimmed(text);
  const auto call = split_call(trimmed(text));  // not of spec.text, which moves
  if (!call) {
    const auto fixed = parse_duration(text);
    if (!fixed) {
      return tl::unexpected(fixed.error());
    }
    spec.a = *fixed;
    return spec;
  }
  const auto distribution = std::ranges::find(kDistributions, call->name, &Distribution::name);
  if (distribution == kDistributions.end()) {
    return tl::unexpected("has an unknown distribution '" + std::string(call->name) + "'");
  }
  if (call->arguments.size() != distribution->arguments) {
    return tl::unexpected("must be written " + std::string(distribution->usage));
  }
  spec.kind = distribution->kind;
  const auto first = parse_duration(call->arguments[0]);
  if (!first) {
    return tl::unexpected(first.error());
  }
  spec.a = *first;
  if (distribution->arguments == 1) {
    return spec;
  }
  return with_second_argument(std::move(spec), call->arguments[1]);
}

Parsed<double> parse_rate(std::string_view text) {
  const auto quantity = split(text);
  const auto factor = quantity ? factor_of(quantity->unit, kRateUnits) : std::nullopt;
  if (!factor) {
    return tl::unexpected("is no rate: '" + std::string(trimmed(text)) + "'");
  }
  const double rate = quantity->number * *factor;
  if (rate <= 0) {
    return tl::unexpected(std::string("must be above 0"));
  }
  if (rate > kHighestRate) {
    return tl::unexpected(std::string("is above a million a second"));
  }
  return rate;
}

Parsed<std::uint64_t> parse_byte_count(std::string_view text) {
  const auto quantity = split(text);
  const auto factor = !quantity                ? std::nullopt
                      : quantity->unit.empty() ? std::optional(1.0)
                                               : factor_of(quantity->unit, kByteUnits);
  if (!factor) {
    return tl::unexpected("is no size: '" + std::string(trimmed(text)) + "'");
  }
  const double bytes = quantity->number * *factor;
  if (bytes < 0) {
    return tl::unexpected("must not be negative: '" + std::string(trimmed(text)) + "'");
  }
  if (bytes > static_cast<double>(kLargestFile)) {
    return tl::unexpected(std::string("is above 1 GiB"));
  }
  return static_cast<std::uint64_t>(bytes);
}

Nanoseconds draw(const DurationSpec& spec, Random& random) {
  const auto a = static_cast<double>(spec.a.count());
  const auto b = static_cast<double>(spec.b.count());
  double ns = a;
  switch (spec.kind) {
    case DurationSpec::Kind::fixed:
      break;
    case DurationSpec::Kind::uniform:
      ns = a + (b - a) * random.uniform();
      break;
    case DurationSpec::Kind::exponential:
      ns = -a * std::log(random.uniform());
      break;
    case DurationSpec::Kind::lognormal:
      ns = a * std::exp(spec.shape * random.normal());
      break;
    case DurationSpec::Kind::pareto:
      ns = a * std::pow(random.uniform(), -1.0 / spec.shape);
      break;
  }
  if (std::isnan(ns)) {
    ns = 0;  // 0 times an overflow
  }
  const auto longest = static_cast<double>(kLongestDuration.count());
  return Nanoseconds(std::llround(std::clamp(ns, 0.0, longest)));
}

}  // namespace poolscope::workload
