# Install rules: command, libraries, headers, pkg-config and CMake package files. The static library needs the Rust half
# beside it (libscexec_native.a); in the shared one it is inside.
include(CMakePackageConfigHelpers)

if(TARGET scexec)
  install(TARGETS scexec RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(TARGETS scexec_static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS scexec_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES "${native_lib}" ${SCEXEC_WASMTIME_LIB} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)

# From the folder of scexec.pc up to the prefix, so that the installed tree can be moved (cmake --install --prefix).
file(RELATIVE_PATH SCEXEC_PC_TO_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" SCEXEC_PC_TO_PREFIX "${SCEXEC_PC_TO_PREFIX}")
string(REPLACE ";" " " SCEXEC_PC_MODULES "${SCEXEC_SYSTEM_MODULES}")
string(REPLACE ";" " " SCEXEC_PC_SYSTEM "${SCEXEC_SYSTEM_LDFLAGS}")
set(SCEXEC_PC_NATIVE "-lscexec_native")
if(SCEXEC_WASMTIME_LIB)
  get_filename_component(wasmtime_file "${SCEXEC_WASMTIME_LIB}" NAME)
  string(APPEND SCEXEC_PC_NATIVE " -l:${wasmtime_file}")
endif()
configure_file(cmake/scexec.pc.in scexec.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/scexec.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/scexec")
configure_package_config_file(cmake/scexecConfig.cmake.in scexecConfig.cmake INSTALL_DESTINATION "${package_dir}"
  PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(scexecConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/scexecConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/scexecConfigVersion.cmake"
  DESTINATION "${package_dir}")
