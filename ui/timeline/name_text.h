// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <string_view>

namespace poolscope::ui {

enum class TextLines : unsigned char { one, many };

/// A text that came with a session (the name of a task, of a worker, of a lock, an error) as it can
/// stand beside other words: whoever gave it may have given anything. Control characters, and those
/// that turn the direction of what follows, are shown as U+FFFD; right-to-left text keeps to
/// itself; line breaks and tabs are spaces (`many`: breaks stay). What is longer than anybody reads
/// is cut and ends in an ellipsis. Cost O(what is shown), however long `utf8` is.
QString nameText(std::string_view utf8, TextLines lines = TextLines::one);
/// Whether nothing of a name is to be seen: it has none, or only spaces.
bool isBlank(const QString& name);

}  // namespace poolscope::ui
