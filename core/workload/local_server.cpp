// SPDX-License-Identifier: Apache-2.0
#include "core/workload/local_server.h"

#include "core/base/thread_name.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>  // before Asio: Boost 1.74 forgets it in C++20

namespace poolscope::workload {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr int kBacklog = 1024;
constexpr std::uint32_t kHeaderLimit = 64 * 1024;
constexpr std::uint64_t kBodyLimit = 1024 * 1024;
constexpr std::uint64_t kMostBytes = 64 * 1024 * 1024;
constexpr std::int64_t kMostLatencyNs = 86'400'000'000'000;  // a day
constexpr auto kAcceptRetry = std::chrono::milliseconds(10);
constexpr std::string_view kPage =
    "<!doctype html><title>A page</title><p>Fetched from Poolscope.\n";

/// What a request asks for in its query.
struct Wish {
  std::chrono::nanoseconds latency{0};
  unsigned status = 200;
  std::optional<std::uint64_t> bytes = {};
  std::string location = {};
};

constexpr unsigned to_status(http::status status) {
  return static_cast<unsigned>(status);
}

template <typename T>
T number_or(std::string_view text, T least, T most, T otherwise) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc{} && end == text.data() + text.size();
  return good ? std::clamp(value, least, most) : otherwise;
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    const bool escaped = text[i] == '%' && i + 2 < text.size() &&
                         std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr ==
                             text.data() + i + 3;
    const char c = escaped ? static_cast<char>(code) : text[i];
    i += escaped ? 2 : 0;
    if (c >= ' ') {  // else a line break would end the header
      result += c;
    }
  }
  return result;
}

Wish read_wish(std::string_view target) {
  Wish wish;
  const auto mark = target.find('?');
  std::string_view query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view field = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(field.find('='), field.size());
    const std::string_view key = field.substr(0, equals);
    const std::string_view value = field.substr(std::min(equals + 1, field.size()));
    if (key == "latency_ns") {
      wish.latency = std::chrono::nanoseconds(number_or<std::int64_t>(value, 0, kMostLatencyNs, 0));
    } else if (key == "status") {
      wish.status = number_or<unsigned>(value, 200, 599, 200);
    } else if (key == "bytes") {
      wish.bytes = number_or<std::uint64_t>(value, 0, kMostBytes, 0);
    } else if (key == "location") {
      wish.location = percent_decoded(value);
    }
  }
  return wish;
}

/// Lets at most `limit` requests be in service; the others wait in order of arrival. Server's
/// thread only.
class Gate {
 public:
  explicit Gate(std::uint64_t limit) : limit_(limit) {}

  void enter(std::function<void()> go) {
    if (limit_ != 0 && in_service_ >= limit_) {
      waiting_.push_back(std::move(go));
      return;
    }
    admit(go);
  }

  void leave() {
    --in_service_;
    if (!waiting_.empty()) {
      const std::function<void()> go = std::move(waiting_.front());
      waiting_.pop_front();
      admit(go);
    }
  }

  /// Forgets those that wait. Before the io_context ends, which their sockets need.
  void clear() { waiting_.clear(); }

  std::uint64_t peak() const { return peak_.load(std::memory_order_relaxed); }

 private:
  void admit(const std::function<void()>& go) {
    ++in_service_;
    peak_.store(std::max(peak_.load(std::memory_order_relaxed), in_service_),
                std::memory_order_relaxed);
    go();
  }

  const std::uint64_t limit_;
  std::uint64_t in_service_ = 0;
  std::atomic<std::uint64_t> peak_ = 0;  // relaxed: a figure, read by anyone
  std::deque<std::function<void()>> waiting_;
};

struct Counters {
  std::atomic<std::uint64_t> connections = 0;  // relaxed: figures
  std::atomic<std::uint64_t> requests = 0;
};

/// One connection: reads a request, waits, answers, reads the next. Kept alive by its own pending
/// operation.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, Gate& gate, Counters& counters)
      : stream_(std::move(socket)),
        timer_(stream_.get_executor()),
        gate_(gate),
        counters_(counters) {
    error_code ignored;
    stream_.socket().set_option(tcp::no_delay(true), ignored);
  }

  void read() {
    parser_.emplace();
    parser_->header_limit(kHeaderLimit);
    parser_->body_limit(kBodyLimit);
    http::async_read(
        stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
          if (!error) {
            self->on_request();
          }  // else it closed, or sent rubbish: the connection ends with its last reference
        });
  }

 private:
  void on_request() {
    counters_.requests.fetch_add(1, std::memory_order_relaxed);
    const auto& request = parser_->get();
    const auto target = request.target();
    wish_ = read_wish({target.data(), target.size()});
    prepare_response();
    gate_.enter([self = shared_from_this()] { self->serve(); });
  }

  void prepare_response() {
    const auto& request = parser_->get();
    response_ = {};
    response_.version(request.version());
    response_.keep_alive(request.keep_alive());
    response_.result(wish_.status);
    response_.set(http::field::content_type, "text/html");
    if (!wish_.location.empty()) {
      response_.set(http::field::location, wish_.location);
    }
    const bool may_have_body =
        wish_.status != to_status(http::status::no_content) &&
        wish_.status != to_status(http::status::not_modified);  // else prepare_payload() throws
    if (may_have_body) {
      response_.body() = wish_.bytes ? std::string(*wish_.bytes, 'x') : std::string(kPage);
    }
    response_.prepare_payload();
    if (request.method() == http::verb::head) {
      response_.body().clear();
    }
  }

  void serve() {
    if (wish_.latency.count() <= 0) {
      // Not from here: whoever leaves the gate lets the next one in, and so on, ever deeper.
      asio::post(stream_.get_executor(), [self = shared_from_this()] { self->answer(); });
      return;
    }
    timer_.expires_after(wish_.latency);
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) {
        self->answer();
      }
    });
  }

  void answer() {
    gate_.leave();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (!error && self->response_.keep_alive()) {
                          self->read();
                        }
                      });
  }

  beast::tcp_stream stream_;
  asio::steady_timer timer_;
  Gate& gate_;
  Counters& counters_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  Wish wish_;
};

}  // namespace

struct LocalServer::Impl {
  explicit Impl(std::uint64_t max_concurrent) : gate(max_concurrent) {}

  void accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) {
        return;
      }
      if (error) {  // out of file descriptors, most likely: some will come back
        retry.expires_after(kAcceptRetry);
        retry.async_wait([this](error_code aborted) {
          if (!aborted) {
            accept();
          }
        });
        return;
      }
      counters.connections.fetch_add(1, std::memory_order_relaxed);
      std::make_shared<Connection>(std::move(socket), gate, counters)->read();
      accept();
    });
  }

  Gate gate;  // before `context`: its destructor ends the connections, which hold on to the gate
  Counters counters;
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  asio::steady_timer retry{context};
  std::uint16_t port = 0;
  std::thread thread;
};

LocalServer::LocalServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<LocalServer>> LocalServer::start(std::uint64_t max_concurrent) {
  auto impl = std::make_unique<Impl>(max_concurrent);
  try {
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), 0);
    impl->acceptor.open(endpoint.protocol());
    impl->acceptor.bind(endpoint);
    impl->acceptor.listen(kBacklog);
    impl->port = impl->acceptor.local_endpoint().port();
    impl->accept();
    impl->thread = std::thread([raw = impl.get()] {
      set_current_thread_name("local server");
      raw->context.run();
    });
  } catch (const std::exception& error) {  // boost::system::system_error, std::system_error
    return failure("local server", std::string("cannot be started: ") + error.what());
  }
  return std::unique_ptr<LocalServer>(new LocalServer(std::move(impl)));
}

LocalServer::~LocalServer() {
  impl_->context.stop();
  impl_->thread.join();
  impl_->gate.clear();
}

std::uint16_t LocalServer::port() const {
  return impl_->port;
}
std::uint64_t LocalServer::connections() const {
  return impl_->counters.connections.load(std::memory_order_relaxed);
}
std::uint64_t LocalServer::requests() const {
  return impl_->counters.requests.load(std::memory_order_relaxed);
}
std::uint64_t LocalServer::peak_in_service() const {
  return impl_->gate.peak();
}

}  // namespace poolscope::workload
