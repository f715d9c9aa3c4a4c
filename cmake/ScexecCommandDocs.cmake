# Man pages and shell completions, which the command writes itself, into share/ of the build folder; installed from there.
set(command_docs "${CMAKE_CURRENT_BINARY_DIR}/share")
add_custom_command(
  OUTPUT "${command_docs}/complete"
  COMMAND ${CMAKE_COMMAND} -E make_directory "${command_docs}/man1"
  COMMAND scexec man --all "${command_docs}/man1"
  COMMAND scexec completions bash > "${command_docs}/scexec.bash"
  COMMAND scexec completions zsh > "${command_docs}/_scexec"
  COMMAND scexec completions fish > "${command_docs}/scexec.fish"
  COMMAND ${CMAKE_COMMAND} -E touch "${command_docs}/complete"
  DEPENDS scexec
  COMMENT "Writing man pages and shell completions")
add_custom_target(scexec_command_docs ALL DEPENDS "${command_docs}/complete")

install(DIRECTORY "${command_docs}/man1" DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES "${command_docs}/scexec.bash" DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME scexec)
install(FILES "${command_docs}/_scexec" DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES "${command_docs}/scexec.fish" DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
