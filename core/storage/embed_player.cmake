# SPDX-License-Identifier: Apache-2.0
# cmake -DOUTPUT=FILE -DFOLDER=resources/player -P embed_player.cmake: the page, its look and its scripts as one raw string.
file(READ ${FOLDER}/player.html page)
file(READ ${FOLDER}/player.css css)
set(js "")
foreach(name data model draw page)
  file(READ ${FOLDER}/${name}.js text)
  string(APPEND js "${text}")
endforeach()
string(REPLACE "@PLAYER_CSS@" "${css}" page "${page}")
string(REPLACE "@PLAYER_JS@" "${js}" page "${page}")
# Compilers promise no string longer than 64 KiB; some have none.
string(LENGTH "${page}" length)
set(literals "")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${page}" ${at} 8000 piece)
  string(APPEND literals "    R\"---(${piece})---\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE ${OUTPUT} "// Made by core/storage/embed_player.cmake.
#include \"core/storage/player_page.h\"

namespace poolscope::storage {

std::string_view player_page() {
  static constexpr std::string_view kPage =
${literals}      ;
  return kPage;
}

}  // namespace poolscope::storage
")
