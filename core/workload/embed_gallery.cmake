# SPDX-License-Identifier: Apache-2.0
# cmake -DOUTPUT=FILE -DFOLDER=resources/scenarios -DNAMES=a,b -P embed_gallery.cmake: the scenarios as C++ raw strings.
# A scenario's C++ twin (NAME.cpp, what stands there between "// shown:" and "// :shown") becomes its key code_cpp; that of
# the code which a try brings (NAME.try.cpp) the one of [try.with].

# Puts "code_cpp = ..." of the twin FILE into `result`; nothing where there is no such file.
function(twin_key file result)
  set(key "")
  if(EXISTS ${file})
    file(READ ${file} code)
    string(FIND "${code}" "// shown:\n" begin)
    string(FIND "${code}" "// :shown" end)
    if(begin EQUAL -1 OR end EQUAL -1)
      message(FATAL_ERROR "${file}: what is shown stands between '// shown:' and '// :shown'")
    endif()
    math(EXPR begin "${begin} + 10")
    math(EXPR length "${end} - ${begin}")
    string(SUBSTRING "${code}" ${begin} ${length} code)
    set(key "code_cpp = '''\n${code}'''\n")
  endif()
  set(${result} "${key}" PARENT_SCOPE)
endfunction()

string(REPLACE "," ";" names "${NAMES}")
set(texts "")
foreach(name IN LISTS names)
  file(READ ${FOLDER}/${name}.toml text)
  twin_key(${FOLDER}/${name}.cpp twin)
  twin_key(${FOLDER}/${name}.try.cpp try_twin)
  string(REPLACE "[try.with]\n" "[try.with]\n${try_twin}" text "${text}")
  # Before the Python code: who edits the scenario first sees what it is.
  string(FIND "${text}" "\ncode = " at)
  if(at EQUAL -1)
    message(FATAL_ERROR "${name}.toml has no line that begins with 'code = '")
  endif()
  math(EXPR at "${at} + 1")
  string(SUBSTRING "${text}" 0 ${at} head)
  string(SUBSTRING "${text}" ${at} -1 tail)
  set(text "${head}${twin}${tail}")
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
