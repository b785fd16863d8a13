// SPDX-License-Identifier: Apache-2.0
#include "app/client_folder.h"

#include <system_error>

namespace poolscope::app {
namespace {

bool isPython(const std::string& word) {
  const std::string name = std::filesystem::path(word).filename().string();
  return name.starts_with("python") || name.starts_with("pypy");
}

}  // namespace

Result<std::filesystem::path> clientFolder() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto folder = (program.parent_path() / "../share/poolscope/python").lexically_normal();
  if (!std::filesystem::exists(folder / "sitecustomize.py", ignored)) {
    return failure(folder.string(), "Poolscope's Python client is missing there",
                   "install Poolscope whole, or run it from its build folder");
  }
  return folder;
}

std::optional<Error> whyNotInstrumented(const std::vector<std::string>& words) {
  if (words.empty() || !isPython(words.front())) {
    return std::nullopt;
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word.size() < 2 || word[0] != '-' || word[1] == '-') {
      return std::nullopt;  // the script: what follows is its own
    }
    for (const char letter : word.substr(1)) {
      if (letter == 'I' || letter == 'E' || letter == 'S') {
        const std::string option = std::string("-") + letter;
        const char* const why =
            letter == 'S' ? " keeps it from importing site" : " makes it ignore PYTHONPATH";
        return Error{words.front(),
                     "cannot be watched: " + option + why + ", by which Poolscope's client gets in",
                     "leave out " + option};
      }
      if (letter == 'c' || letter == 'm') {
        return std::nullopt;
      }
      if (letter == 'W' || letter == 'X') {
        if (word.size() == 2) {
          ++i;  // its value is the next word
        }
        break;
      }
    }
  }
  return std::nullopt;
}

}  // namespace poolscope::app
