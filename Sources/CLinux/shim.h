#ifndef ENCCONF_CLINUX_SHIM_H
#define ENCCONF_CLINUX_SHIM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/xattr.h>

// prctl() has a variable number of arguments, which Swift cannot import.
static inline int encconf_set_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// Puts a file in its place unless there is one already.
static inline int encconf_rename_without_replacing(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

#endif
