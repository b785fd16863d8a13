// SPDX-License-Identifier: Apache-2.0
// clang-format off: what is shown stands in a narrow card
#include "core/executor/thread_pool_executor.h"

#include <cstdio>
#include <vector>

struct Mail {};
void deliver(const Mail& mail);
std::vector<Mail> outbox();

// shown:
using poolscope::ThreadPoolExecutor;

void send(Mail mail) {
  deliver(mail);  // may throw
}

int main() {
  {
    ThreadPoolExecutor pool(
        {.max_workers = 4});
    for (Mail mail : outbox()) {
      pool.submit(send, mail);
    }
  }
  std::puts("all sent");  // really?
}
// :shown
