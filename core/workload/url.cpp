// SPDX-License-Identifier: Apache-2.0
#include "core/workload/url.h"

#include <curl/curl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <memory>
#include <optional>

namespace poolscope::workload {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlHandle = std::unique_ptr<CURLU, UrlDeleter>;

std::optional<std::string> part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK || text == nullptr) {
    return {};
  }
  std::string result(text);
  curl_free(text);
  return result;
}

UrlHandle parsed(const std::string& text) {
  UrlHandle url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return nullptr;
  }
  return url;
}

}  // namespace

bool is_web_url(const std::string& url) {
  const UrlHandle handle = parsed(url);
  if (!handle) {
    return false;
  }
  const auto scheme = part(handle.get(), CURLUPART_SCHEME);
  const auto host = part(handle.get(), CURLUPART_HOST);
  return (scheme == "http" || scheme == "https") && host && !host->empty();
}

bool is_url_path(std::string_view path) {
  return path.starts_with('/') &&
         std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

bool is_loopback_url(const std::string& url) {
  const UrlHandle handle = parsed(url);
  const auto host = handle ? part(handle.get(), CURLUPART_HOST) : std::nullopt;
  if (!host) {
    return false;
  }
  in_addr address{};
  if (inet_pton(AF_INET, host->c_str(), &address) == 1) {
    return (ntohl(address.s_addr) >> 24) == 127;
  }
  return *host == "localhost" || *host == "[::1]";
}

std::string host_of(const std::string& url) {
  const UrlHandle handle = parsed(url);
  return (handle ? part(handle.get(), CURLUPART_HOST) : std::nullopt).value_or(url);
}

std::string host_and_port(const std::string& url) {
  const UrlHandle handle = parsed(url);
  const auto host = handle ? part(handle.get(), CURLUPART_HOST) : std::nullopt;
  if (!host) {
    return url;
  }
  const auto port = part(handle.get(), CURLUPART_PORT);
  return port ? *host + ":" + *port : *host;
}

}  // namespace poolscope::workload
