// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/offer.h"

#include "core/bridge/connection.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace poolscope::bridge {
namespace {

Error no_offer(const std::filesystem::path& offer, int why) {
  switch (why) {
    case ENOENT:
      return {offer.string(), "no program offers itself there",
              "it needs 'import poolscope' (PYTHONPATH=PREFIX/share/poolscope/python), or start it "
              "with 'poolscope run'"};
    case ECONNREFUSED:
      return {offer.string(), "the program that offered itself there has ended",
              "start it again, and attach to its new number"};
    case EACCES:
    case EPERM:
      return {offer.string(), "the program there is another user's",
              "attach as the user who runs it"};
    case EAGAIN:
      return {offer.string(), "the program there has not answered those who asked before",
              "end them, or wait until it uses a pool of threads"};
    default:
      return {offer.string(),
              "no program can be asked there (" + std::generic_category().message(why) + ")",
              "give the number of a process, or the socket that it offers"};
  }
}

}  // namespace

std::filesystem::path offers_folder() {
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime == '/') {
    return std::filesystem::path(runtime) / "poolscope";
  }
  return "/tmp/poolscope-" + std::to_string(geteuid());
}

std::filesystem::path offer_of(std::int64_t pid) {
  return offers_folder() / std::to_string(pid);
}

std::vector<std::int64_t> offering() {
  std::vector<std::int64_t> all;
  std::error_code ignored;
  for (const auto& each : std::filesystem::directory_iterator(offers_folder(), ignored)) {
    const std::string name = each.path().filename().string();
    std::int64_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error == std::errc() && end == name.data() + name.size() &&
        std::filesystem::exists("/proc/" + name, ignored)) {
      all.push_back(pid);
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

Result<void> invite(const std::filesystem::path& offer, const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& path = offer.native();
  if (path.size() >= sizeof address.sun_path) {
    return tl::unexpected(no_offer(offer, ENAMETOOLONG));
  }
  path.copy(address.sun_path, path.size());
  const FileNumber file(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const std::string& text = socket.native();
  const ssize_t sent = sendto(file.get(), text.data(), text.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (sent < 0) {
    return tl::unexpected(no_offer(offer, errno));
  }
  return {};
}

}  // namespace poolscope::bridge
