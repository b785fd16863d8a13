// SPDX-License-Identifier: Apache-2.0
#include "core/workload/url_scenario.h"

#include "core/workload/table_reader.h"
#include "core/workload/url.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <set>

namespace poolscope::workload {
namespace {

constexpr std::string_view kBetweenUrls = " \t\r\v\f,;\"'<>()[]{}|`";

/// As a TOML string. URLs hold no control characters: libcurl refuses them.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') {
      result += '\\';
    }
    result += byte;
  }
  return result + "\"";
}

/// "urls = [", as a list in a program begins.
bool opens_list(std::string_view line) {
  const std::size_t last = line.find_last_not_of(" \t\r");
  const std::size_t equals = line.find('=');
  if (last == std::string_view::npos || equals == std::string_view::npos || equals == 0 ||
      std::string_view("[({").find(line[last]) == std::string_view::npos) {
    return false;
  }
  const std::string_view name = line.substr(0, line.find_last_not_of(" \t", equals - 1) + 1);
  const std::string_view between = line.substr(equals + 1, last - equals - 1);
  return between.find_first_not_of(" \t") == std::string_view::npos &&
         std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

std::string in_digits(double value) {
  std::array<char, 32> digits = {};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), error == std::errc() ? end : digits.data()};
}

}  // namespace

UrlList urls_in(std::string_view text) {
  UrlList list;
  std::set<std::string> known;
  std::set<std::string> hosts;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    const std::size_t first = line.find_first_not_of(kBetweenUrls);
    if (first == std::string_view::npos || line[first] == '#') {
      continue;
    }
    const std::string_view whole = line.substr(first);
    bool has_url = false;
    while (!line.empty()) {
      const std::size_t begin = std::min(line.find_first_not_of(kBetweenUrls), line.size());
      line.remove_prefix(begin);
      const std::size_t end = std::min(line.find_first_of(kBetweenUrls), line.size());
      const std::string url(line.substr(0, end));
      line.remove_prefix(end);
      if (is_web_url(url)) {
        has_url = true;
        if (known.insert(url).second) {
          list.urls.push_back(url);
          hosts.insert(host_and_port(url));
        }
      }
    }
    if (!has_url && !list.stray && !opens_list(whole)) {
      list.stray = one_line(std::string(whole));
      list.stray_line = number;
    }
  }
  list.hosts = hosts.size();
  return list;
}

std::string scenario_of_urls(const std::vector<std::string>& urls,
                             const UrlScenarioOptions& options) {
  const std::string workers = std::to_string(options.max_workers);
  std::string toml =
      "name = \"my-pages\"\ntitle = \"Pages of my own\"\nmax_workers = " + workers +
      "\ncode = '''\n"
      "from concurrent.futures import (\n"
      "    ThreadPoolExecutor)\n"
      "from urllib.request import urlopen\n\n"
      "def fetch(url):\n"
      "    with urlopen(url) as page:\n"
      "        return page.read()\n\n"
      "urls = open(\"urls.txt\").read().split()\n\n"
      "with ThreadPoolExecutor(\n"
      "        max_workers=" +
      workers +
      ") as pool:\n"
      "    for page in pool.map(fetch, urls):\n"
      "        print(len(page))\n"
      "'''\n\n[pool]\nthread_name_prefix = \"web\"\n\n[load]\npattern = \"map\"\ntasks = " +
      std::to_string(urls.size()) +
      "\n\n[[task]]\nname = \"fetch page\"\nsteps = [{ http = \"/\" }]\n\n[http]\n";
  toml += "per_host = " + std::to_string(options.limits.at_a_time) + "\n";
  if (options.limits.rate_per_s > 0) {
    toml += "rate_per_host = \"" + in_digits(options.limits.rate_per_s) + "/s\"\n";
  }
  toml += "urls = [\n";
  for (const std::string& url : urls) {
    toml += "  " + quoted(url) + ",\n";
  }
  return toml + "]\n";
}

}  // namespace poolscope::workload
