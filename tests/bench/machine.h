// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>

namespace poolscope::bench {

/// What figures must be read with: cores, processor, memory, system, compiler, libraries, and how
/// busy the machine was before the run.
QJsonObject describeMachine();

}  // namespace poolscope::bench
