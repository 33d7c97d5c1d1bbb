#ifndef ENCCONF_CSPAWN_SHIM_H
#define ENCCONF_CSPAWN_SHIM_H

// No _GNU_SOURCE here: it changes the layout of types that Swift's own module of glibc has too, and the two must agree.
#include <spawn.h>

// In <spawn.h>, but only with _DEFAULT_SOURCE (glibc 2.29 and 2.34).
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);

// In <spawn.h>, but only with _GNU_SOURCE: the child begins a session (glibc 2.26).
enum { ENCCONF_SPAWN_SETSID = 0x80 };

// In <unistd.h>, but only with _GNU_SOURCE.
int pipe2(int ends[2], int flags);

#endif
