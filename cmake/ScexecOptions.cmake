# Compiler options and system libraries, shared by every target.
find_package(PkgConfig REQUIRED)
set(SCEXEC_SYSTEM_MODULES libzstd libxxhash lmdb jansson libcurl) # also named in the installed scexec.pc
pkg_check_modules(SCEXEC_SYSTEM REQUIRED IMPORTED_TARGET ${SCEXEC_SYSTEM_MODULES})

add_library(scexec_options INTERFACE)
target_compile_definitions(scexec_options INTERFACE _GNU_SOURCE)
target_link_libraries(scexec_options INTERFACE PkgConfig::SCEXEC_SYSTEM)
target_compile_options(scexec_options INTERFACE -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla)
if(SCEXEC_WERROR)
  target_compile_options(scexec_options INTERFACE -Werror)
endif()
if(SCEXEC_SANITIZE)
  target_compile_options(scexec_options INTERFACE -fsanitize=${SCEXEC_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(scexec_options INTERFACE -fsanitize=${SCEXEC_SANITIZE})
endif()
if(SCEXEC_FUZZ)
  target_compile_options(scexec_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
