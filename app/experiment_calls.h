// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace poolscope::app {

struct FitCall {
  std::string file = {};
  bool json = false;
};

struct CompareCall {
  std::string a = {};
  std::string b = {};
  bool json = false;
};

}  // namespace poolscope::app
