// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace poolscope::workload {

/// Read by libcurl's own parser, so that what is checked here is what is fetched later. Threads:
/// any. Whether `url` is absolute, of http or https, and has a host.
bool is_web_url(const std::string& url);
/// Whether `path` may follow "http://host:port": it begins with "/" and is printable ASCII without
/// spaces.
bool is_url_path(std::string_view path);
/// Whether the host of `url` is this machine by definition: localhost, 127.0.0.0/8, ::1.
bool is_loopback_url(const std::string& url);

/// "example.org" of an URL, for messages; the URL itself if it cannot be read.
std::string host_of(const std::string& url);
/// "example.org" or "example.org:8080" of an URL, for messages; the URL itself if it cannot be
/// read.
std::string host_and_port(const std::string& url);

}  // namespace poolscope::workload
