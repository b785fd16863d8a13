// SPDX-License-Identifier: Apache-2.0
#include "core/workload/http_client.h"

#include "core/workload/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace poolscope::workload {
namespace {

constexpr int kPollMs = 1000;  // an upper bound only: sockets, curl's timers and a stop wake it

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

/// libcurl's own setup is not thread-safe; a local static is.
bool curl_ready() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  return code == CURLE_OK;
}

struct Received {
  std::uint64_t bytes = 0;
  std::uint64_t most = 0;
};

std::size_t count_bytes(char*, std::size_t size, std::size_t count, void* user) {
  auto& received = *static_cast<Received*>(user);
  received.bytes += size * count;
  return received.bytes <= received.most ? size * count : 0;  // 0: libcurl gives up
}

std::string seconds_text(std::chrono::milliseconds time) {
  char buffer[32];
  const auto seconds = static_cast<double>(time.count()) / 1000;
  return {buffer, std::to_chars(buffer, buffer + sizeof(buffer), seconds).ptr};
}

}  // namespace

struct HttpClient::Handles {
  std::unique_ptr<CURL, EasyDeleter> easy;
  // The connections live here, so `easy` is made before and outlives it.
  std::unique_ptr<CURLM, MultiDeleter> multi;
};

namespace {

void set_limits(CURL* easy, const HttpLimits& limits) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);  // no signal handlers in a program with threads
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, limits.redirects);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
  curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limits.bytes));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "Poolscope");
  // A stop must not wait for the name server: the resolver's thread ends by itself.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}

/// Runs the transfer of `easy`, one request and its answer; empty if it was stopped.
std::optional<CURLcode> transfer(CURLM* multi, CURL* easy, const std::stop_token& stop) {
  const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
  curl_multi_add_handle(multi, easy);
  int running = 1;
  std::optional<CURLcode> code;
  while (!code && !stop.stop_requested()) {
    if (curl_multi_perform(multi, &running) != CURLM_OK) {
      code = CURLE_FAILED_INIT;
    } else if (running == 0) {
      int left = 0;
      const CURLMsg* message = curl_multi_info_read(multi, &left);
      code = message != nullptr ? message->data.result : CURLE_FAILED_INIT;
    } else {
      curl_multi_poll(multi, nullptr, 0, kPollMs, nullptr);
    }
  }
  curl_multi_remove_handle(multi, easy);
  return code;
}

std::string no_connection_text(CURL* easy, const std::string& where) {
  long os_error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
  std::string text = "could not connect to " + where;
  if (os_error != 0) {
    text += ": " + std::generic_category().message(static_cast<int>(os_error));
  }
  return text;
}

std::string too_many_redirects(const HttpLimits& limits, const std::string& shown) {
  return "more than " + std::to_string(limits.redirects) + " redirects from " + shown;
}

HttpResult timed_out(CURL* easy, const std::string& shown, const HttpLimits& limits) {
  long sent_bytes = 0;  // not the time of the connect: there is none on a kept connection
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
  long header_bytes = 0;  // of the answer: its end is awaited
  curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &header_bytes);
  if (header_bytes > 0) {
    return {HttpResult::Fault::bad_answer,
            "answer not done within " + seconds_text(limits.total) + " s from " + shown};
  }
  HttpResult result{HttpResult::Fault::nothing_answered};
  result.error = sent_bytes > 0
                     ? "no answer within " + seconds_text(limits.total) + " s from " + shown
                     : "could not connect within " +
                           seconds_text(std::min(limits.connect, limits.total)) + " s to " + shown;
  return result;
}

HttpResult failed(CURLcode code, CURL* easy, const HttpRequest& request, const HttpLimits& limits) {
  using Fault = HttpResult::Fault;
  const char* last = nullptr;  // where redirects led
  curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &last);
  const std::string url = last != nullptr ? last : request.url;
  const std::string where = host_and_port(url);
  const std::string from = " from " + request.shown;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Fault::nothing_answered, "could not resolve host '" + host_of(url) + "'"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Fault::nothing_answered, "could not resolve the proxy's name"};
    case CURLE_COULDNT_CONNECT:
      return {Fault::nothing_answered, no_connection_text(easy, where)};
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out(easy, request.shown, limits);
    case CURLE_TOO_MANY_REDIRECTS:
      return {Fault::bad_answer, too_many_redirects(limits, request.shown)};
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Fault::bad_answer, (is_web_url(url) ? "an answer that is not HTTP"
                                                  : "redirect to neither http nor https") +
                                     from};
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_WRITE_ERROR:
      return {Fault::bad_answer,
              "answer larger than " + std::to_string(limits.bytes) + " bytes" + from};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {Fault::bad_answer, "the certificate of " + where + " is not trusted"};
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return {Fault::bad_answer, "connection lost without an answer" + from};
    default:
      return {Fault::bad_answer, std::string(curl_easy_strerror(code)) + from};
  }
}

}  // namespace

HttpClient::HttpClient(HttpLimits limits) : handles_(std::make_unique<Handles>()), limits_(limits) {
  if (curl_ready()) {
    handles_->easy.reset(curl_easy_init());
    handles_->multi.reset(curl_multi_init());
  }
  if (!handles_->easy || !handles_->multi) {
    throw std::runtime_error("the HTTP client cannot be started");  // no memory or no sockets left
  }
  set_limits(handles_->easy.get(), limits_);
}

HttpClient::~HttpClient() = default;

/// Follows redirects by hand as long as they stay on this machine: libcurl would have asked a name
/// server, or connected, before anybody could look where one leads.
HttpResult HttpClient::get_on_loopback(const HttpRequest& request, const std::stop_token& stop) {
  const auto end = std::chrono::steady_clock::now() + limits_.total;
  HttpRequest next = request;
  for (long redirects = 0;; ++redirects) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    HttpResult result = get_once(next, stop, std::max(left, std::chrono::milliseconds(1)));
    char* target = nullptr;  // absolute; where an answer that was got in full wants to lead
    curl_easy_getinfo(handles_->easy.get(), CURLINFO_REDIRECT_URL, &target);
    if (result.fault != HttpResult::Fault::none || target == nullptr) {
      return result;
    }
    next.url = target;
    result.fault = HttpResult::Fault::bad_answer;
    if (!is_web_url(next.url)) {
      result.error = "redirect to neither http nor https from " + request.shown;
      return result;
    }
    if (!is_loopback_url(next.url)) {
      result.error = "redirect to the network, which needs --trust, from " + request.shown;
      return result;
    }
    if (redirects == limits_.redirects) {
      result.error = too_many_redirects(limits_, request.shown);
      return result;
    }
  }
}

HttpResult HttpClient::get(const HttpRequest& request, const std::stop_token& stop) {
  return request.loopback_only ? get_on_loopback(request, stop)
                               : get_once(request, stop, limits_.total);
}

HttpResult HttpClient::get_once(const HttpRequest& request, const std::stop_token& stop,
                                std::chrono::milliseconds time) {
  CURL* easy = handles_->easy.get();
  Received received{0, limits_.bytes};
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, request.loopback_only ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(time.count()));
  curl_easy_setopt(easy, CURLOPT_PROXY, request.direct ? "" : nullptr);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &count_bytes);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &received);
  const auto code = transfer(handles_->multi.get(), easy, stop);
  HttpResult result;
  if (!code) {
    result = {HttpResult::Fault::stopped, "stopped"};
  } else if (*code != CURLE_OK) {
    result = failed(*code, easy, request, limits_);
  }
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &result.status);
  result.bytes = received.bytes;
  if (result.fault == HttpResult::Fault::none && result.status >= 400) {
    result.fault = HttpResult::Fault::bad_answer;
    result.error = "HTTP " + std::to_string(result.status) + " from " + request.shown;
  }
  return result;
}

HttpResult HttpClients::get(const HttpRequest& request, const std::stop_token& stop) {
  std::unique_ptr<HttpClient> client;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      client = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!client) {
    client = std::make_unique<HttpClient>(limits_);
  }
  HttpResult result = client->get(request, stop);
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(client));
  return result;
}

}  // namespace poolscope::workload
