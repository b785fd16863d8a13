# SPDX-License-Identifier: Apache-2.0
# What every target is compiled with: the language, the warnings, the sanitizers.

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_STANDARD 20)
  set(CMAKE_CXX_STANDARD_REQUIRED ON)
  set(CMAKE_CXX_EXTENSIONS OFF)
  find_program(POOLSCOPE_CCACHE ccache)
  if(POOLSCOPE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        ${POOLSCOPE_CCACHE})
    # ccache takes a precompiled header into account only if it is named by its content.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  endif()
endif()
find_package(Threads REQUIRED)

# Warnings for our own code only; errors in CI (CMAKE_COMPILE_WARNING_AS_ERROR).
add_library(poolscope_warnings INTERFACE)
target_compile_options(poolscope_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast)
# g++ 12 reports these inside the standard library's own inlined code (GCC bugs 105562, 105329).
target_compile_options(poolscope_warnings INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overread>)

if(POOLSCOPE_SANITIZER STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(POOLSCOPE_SANITIZER STREQUAL "thread")
  # -Wno-tsan: g++ says at each atomic_thread_fence that it is not supported; the libraries we include have some.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  add_link_options(-fsanitize=thread)
elseif(POOLSCOPE_SANITIZER)
  message(FATAL_ERROR "POOLSCOPE_SANITIZER=${POOLSCOPE_SANITIZER}: use address, thread or nothing")
endif()

# poolscope_add_library(NAME SOURCES...): the target poolscope_NAME of the folder it stands in, alias poolscope::NAME.
# Includes are written from the project's root ("core/trace/event.h"), but the root itself is on nobody's include
# path: each target shows its own folder only, through a link below build/include/NAME. So a header of a folder
# that is not linked is not found, and the dependency rule holds at compile time.
function(poolscope_add_library name)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(view ${PROJECT_BINARY_DIR}/include/${name})
  cmake_path(GET folder PARENT_PATH parent)
  file(MAKE_DIRECTORY ${view}/${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${view}/${folder} SYMBOLIC)
  add_library(poolscope_${name} STATIC ${ARGN})
  add_library(poolscope::${name} ALIAS poolscope_${name})
  target_include_directories(poolscope_${name} PUBLIC $<BUILD_INTERFACE:${view}>
    $<INSTALL_INTERFACE:include/poolscope>)
  target_compile_features(poolscope_${name} PUBLIC cxx_std_20)
  target_link_libraries(poolscope_${name} PRIVATE $<BUILD_INTERFACE:poolscope_warnings>)
endfunction()
