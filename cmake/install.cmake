# SPDX-License-Identifier: Apache-2.0
# cmake --install build/release --prefix PREFIX [--component program|library]
#   program: poolscope, its Python client, its icon, man page and desktop files
#   library: the executor, and what a C++ program needs to be seen, for find_package(poolscope)
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(libraries base trace executor client)
foreach(library ${libraries})
  set_target_properties(poolscope_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS poolscope_${library} EXPORT poolscope_targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
endforeach()
foreach(folder base trace executor)
  install(DIRECTORY core/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/poolscope/core COMPONENT library
    FILES_MATCHING PATTERN "*.h")
endforeach()
install(FILES core/bridge/client.h core/bridge/instrument.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/poolscope/core/bridge COMPONENT library)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/poolscope)
install(EXPORT poolscope_targets NAMESPACE poolscope:: DESTINATION ${package} COMPONENT library)
configure_package_config_file(cmake/poolscopeConfig.cmake.in ${PROJECT_BINARY_DIR}/poolscopeConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/poolscopeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/poolscopeConfig.cmake ${PROJECT_BINARY_DIR}/poolscopeConfigVersion.cmake
  DESTINATION ${package} COMPONENT library)

if(TARGET poolscope)
  install(TARGETS poolscope RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
  install(DIRECTORY resources/python DESTINATION ${CMAKE_INSTALL_DATADIR}/poolscope COMPONENT program
    PATTERN "__pycache__" EXCLUDE)
  install(FILES docs/poolscope.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
  install(FILES resources/icons/poolscope.svg
    DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps RENAME poolscope.svg
    COMPONENT program)
  install(FILES resources/linux/org.poolscope.Poolscope.desktop
    DESTINATION ${CMAKE_INSTALL_DATADIR}/applications COMPONENT program)
  install(FILES resources/linux/org.poolscope.Poolscope.metainfo.xml
    DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo COMPONENT program)
endif()
