// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/socket_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/un.h>
#include <system_error>

namespace poolscope::bridge {
namespace {

constexpr std::size_t kMostPath = sizeof(sockaddr_un{}.sun_path) - 1;

}  // namespace

Result<SocketFolder> SocketFolder::create() {
  std::filesystem::path tried;
  int why = 0;
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
  for (const char* parent : {runtime, "/tmp"}) {
    if (parent == nullptr || *parent != '/') {
      continue;
    }
    std::string name = std::string(parent) + "/poolscope-XXXXXX";
    tried = parent;
    if (name.size() + std::strlen("/socket") > kMostPath) {
      why = ENAMETOOLONG;
      continue;
    }
    if (mkdtemp(name.data()) != nullptr) {  // with mode 0700
      return SocketFolder(name);
    }
    why = errno;
  }
  return failure(tried.string(),
                 "no folder for the bridge's socket can be made there (" +
                     std::generic_category().message(why) + ")",
                 "set XDG_RUNTIME_DIR to a folder of yours");
}

SocketFolder::~SocketFolder() {
  if (!path_.empty()) {
    std::error_code ignored;
    std::filesystem::remove(socket(), ignored);
    std::filesystem::remove(path_, ignored);
  }
}

}  // namespace poolscope::bridge
