# SPDX-License-Identifier: Apache-2.0
# cmake -DOUTPUT=FILE -DFOLDER=resources/scenarios -DNAMES=a,b -P embed_gallery.cmake: the scenarios as C++ raw strings.
string(REPLACE "," ";" names "${NAMES}")
set(texts "")
foreach(name IN LISTS names)
  file(READ ${FOLDER}/${name}.toml text)
  string(APPEND texts "    R\"---(${text})---\",\n")
endforeach()
file(WRITE ${OUTPUT} "// Made by core/workload/embed_gallery.cmake.
#include \"core/workload/gallery_texts.h\"

#include <array>

namespace poolscope::workload {

std::span<const std::string_view> gallery_texts() {
  static constexpr std::array texts = std::to_array<std::string_view>({
${texts}  });
  return texts;
}

}  // namespace poolscope::workload
")
