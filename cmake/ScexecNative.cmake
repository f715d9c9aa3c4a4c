# Builds native/ with Cargo into SCEXEC_NATIVE_DIR (or uses a prebuilt Wasmtime C API for its larger half) and offers it
# as the interface target scexec_native.
execute_process(COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/scripts/find-rust.sh" OUTPUT_VARIABLE rust_bin OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT rust_bin)
  message(FATAL_ERROR "No Rust 1.95 or newer (cargo and rustc) found; Debian has it as rustc-web and cargo-web, and scripts/install-deps.sh installs it")
endif()

set(native_lib "${SCEXEC_NATIVE_DIR}/release/libscexec_native.a")
set(native_flags --release --locked --manifest-path "${CMAKE_CURRENT_SOURCE_DIR}/native/Cargo.toml")
if(SCEXEC_WASMTIME_DIR)
  set(wasmtime_include "${SCEXEC_WASMTIME_DIR}/include")
  find_library(SCEXEC_WASMTIME_LIB NAMES libwasmtime.a wasmtime PATHS "${SCEXEC_WASMTIME_DIR}/lib" NO_DEFAULT_PATH REQUIRED)
  list(APPEND native_flags --no-default-features)
else()
  set(wasmtime_include "${SCEXEC_NATIVE_DIR}/include")
endif()

file(GLOB_RECURSE native_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/native/src/*.rs")
add_custom_command(
  OUTPUT "${native_lib}"
  COMMAND ${CMAKE_COMMAND} -E env "CARGO_TARGET_DIR=${SCEXEC_NATIVE_DIR}" "SCEXEC_WASMTIME_INCLUDE=${SCEXEC_NATIVE_DIR}/include"
          "RUSTC=${rust_bin}/rustc" "${rust_bin}/cargo" build ${native_flags}
  COMMAND ${CMAKE_COMMAND} -E touch "${native_lib}"
  DEPENDS ${native_sources} "${CMAKE_CURRENT_SOURCE_DIR}/native/Cargo.toml" "${CMAKE_CURRENT_SOURCE_DIR}/native/Cargo.lock"
          "${CMAKE_CURRENT_SOURCE_DIR}/native/build.rs"
  COMMENT "Building native/ (Wasmtime and Rust glue; about five minutes the first time)"
  USES_TERMINAL VERBATIM)
add_custom_target(scexec_native_build DEPENDS "${native_lib}")

file(MAKE_DIRECTORY "${SCEXEC_NATIVE_DIR}/include")
add_library(scexec_native INTERFACE)
add_dependencies(scexec_native scexec_native_build)
target_include_directories(scexec_native SYSTEM INTERFACE
  $<BUILD_INTERFACE:${wasmtime_include}> $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/native/include>)
target_link_libraries(scexec_native INTERFACE "${native_lib}" ${SCEXEC_WASMTIME_LIB} pthread dl m)
if(SCEXEC_WASMTIME_DIR) # its C API is all there is
  target_compile_definitions(scexec_native INTERFACE SCEXEC_PREBUILT_WASMTIME)
endif()
