#ifndef ENCCONF_CLINUX_SHIM_H
#define ENCCONF_CLINUX_SHIM_H

// No _GNU_SOURCE here: it changes the layout of types that Swift's own module of glibc has too, and the two must agree.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/xattr.h>

// In <stdio.h>, but only with _GNU_SOURCE (renameat2(2), glibc 2.28).
int renameat2(int old_folder, const char *old_path, int new_folder, const char *new_path, unsigned int flags);

// prctl() has a variable number of arguments, which Swift cannot import.
static inline int encconf_set_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// Puts a file in its place unless there is one already.
static inline int encconf_rename_without_replacing(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

// Asks the processor for the bytes at an address that will be read soon. Any address may be given: one that is not
// mapped is passed over.
static inline void encconf_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
