# What every room of src/ shares: the warnings, the sanitizers, and two helpers.
#
# -Wconversion catches the narrowing that loses data; -Wno-sign-conversion
# because it only marks every index and length that crosses between int and
# size_t, and the casts that silence it hide the narrowing we want to see.

option(BANGBAN_WERROR "Warnings are errors" ON)
set(BANGBAN_SANITIZE "" CACHE STRING "address,undefined or thread, or empty")

add_library(bangban_flags INTERFACE)
target_include_directories(bangban_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(bangban_flags INTERFACE _GNU_SOURCE)
target_compile_options(bangban_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wpointer-arith
  -Wformat=2 -Wundef -Wwrite-strings -Wimplicit-fallthrough
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes -Wvla
                          -Wno-missing-field-initializers>
  -fno-omit-frame-pointer -fstack-protector-strong)
target_compile_options(bangban_flags INTERFACE
  $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
target_link_options(bangban_flags INTERFACE -Wl,--as-needed -Wl,-z,relro)
if(BANGBAN_WERROR)
  target_compile_options(bangban_flags INTERFACE -Werror)
endif()
if(BANGBAN_SANITIZE)
  target_compile_options(bangban_flags INTERFACE -fsanitize=${BANGBAN_SANITIZE})
  target_link_options(bangban_flags INTERFACE -fsanitize=${BANGBAN_SANITIZE})
  if(BANGBAN_SANITIZE MATCHES undefined)
    target_compile_options(bangban_flags INTERFACE -fno-sanitize-recover=undefined)
  endif()
endif()

if(BANGBAN_LIBFUZZER) # the rooms too, or it sees nothing of what it reaches
  target_compile_options(bangban_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# bangban_room(rules SOURCES a.c b.c DEPS base PkgConfig::X)
function(bangban_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(${name} PRIVATE bangban_flags PUBLIC ${ROOM_DEPS})
endfunction()

# bangban_test(rules test_citizen_id.c DEPS rules): a cmocka program named
# rules.citizen_id in ctest, run in the source directory.
function(bangban_test room source)
  cmake_parse_arguments(T "" "TIMEOUT" "DEPS" ${ARGN})
  get_filename_component(stem ${source} NAME_WE)
  string(REGEX REPLACE "^test_" "" stem ${stem})
  set(target test_${room}_${stem})
  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE bangban_flags ${T_DEPS} cmocka)
  add_test(NAME ${room}.${stem} COMMAND ${target}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  set_tests_properties(${room}.${stem} PROPERTIES TIMEOUT ${T_TIMEOUT})
endfunction()
