// SPDX-License-Identifier: Apache-2.0
#include "core/bridge/client.h"

#include "core/bridge/socket_sink.h"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <pthread.h>

namespace poolscope::bridge {
namespace {

constexpr std::chrono::milliseconds kLastWait{500};  // for a slow reader, when the process ends

/// Never destroyed: pools that are static may end later than any other static object.
struct Client {
  trace::Tracer tracer;
  std::shared_ptr<SocketSink> sink;
};

Client* the_client = nullptr;

void finish() {
  the_client->tracer.flush();
  the_client->tracer.remove_sink(the_client->sink);
  the_client->sink->finish(kLastWait);
}

void after_fork() {
  the_client->sink->disown();
}

Client* connect() {
  const char* const address = std::getenv("POOLSCOPE_SOCKET");
  if (address == nullptr || *address == '\0') {
    return nullptr;
  }
  auto client = std::make_unique<Client>();
  client->sink = SocketSink::connect(address, client->tracer.directory());
  if (client->sink == nullptr) {
    return nullptr;
  }
  client->tracer.add_sink(client->sink);
  the_client = client.release();
  static_cast<void>(std::atexit(&finish));
  pthread_atfork(nullptr, nullptr, &after_fork);
  return the_client;
}

}  // namespace

trace::Tracer* tracer_from_environment() noexcept {
  try {
    static Client* const client = connect();
    return client != nullptr ? &client->tracer : nullptr;
  } catch (...) {  // no memory, no thread: the program goes on unwatched
    return nullptr;
  }
}

}  // namespace poolscope::bridge
