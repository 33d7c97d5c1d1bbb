#ifndef ENCCONF_CSQLITE_SHIM_H
#define ENCCONF_CSQLITE_SHIM_H

#include <dlfcn.h>
#include <malloc.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

// libsqlite3 is opened when the first database is read and not linked: hardly any run of the program needs it.
struct encconf_sqlite {
    int (*config)(int, ...);
    int (*initialize)(void);
    sqlite3_int64 (*hard_heap_limit64)(sqlite3_int64);
    int (*vfs_register)(sqlite3_vfs *, int);
    int (*vfs_unregister)(sqlite3_vfs *);
    int (*open_v2)(const char *, sqlite3 **, int, const char *);
    int (*close_v2)(sqlite3 *);
    int (*db_config)(sqlite3 *, int, ...);
    int (*limit)(sqlite3 *, int, int);
    void (*progress_handler)(sqlite3 *, int, int (*)(void *), void *);
    int (*exec)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);
    int (*extended_errcode)(sqlite3 *);
    const char *(*errstr)(int);
    int (*prepare_v2)(sqlite3 *, const char *, int, sqlite3_stmt **, const char **);
    int (*bind_int64)(sqlite3_stmt *, int, sqlite3_int64);
    int (*bind_blob64)(sqlite3_stmt *, int, const void *, sqlite3_uint64, void (*)(void *));
    int (*step)(sqlite3_stmt *);
    int (*finalize)(sqlite3_stmt *);
    int (*column_type)(sqlite3_stmt *, int);
    sqlite3_int64 (*column_int64)(sqlite3_stmt *, int);
    const void *(*column_blob)(sqlite3_stmt *, int);
    const unsigned char *(*column_text)(sqlite3_stmt *, int);
    int (*column_bytes)(sqlite3_stmt *, int);
};

// What SQLite allocates holds stored values: it is wiped before it goes back to the C library.
static void *encconf_sqlite_malloc(int size) { return malloc((size_t)size); }
static void encconf_sqlite_free(void *block) {
    if (block == NULL) return;
    explicit_bzero(block, malloc_usable_size(block));
    free(block);
}
static int encconf_sqlite_size(void *block) { return block == NULL ? 0 : (int)malloc_usable_size(block); }
static void *encconf_sqlite_realloc(void *block, int size) {
    void *larger = malloc((size_t)size);
    if (larger == NULL) return NULL;
    size_t held = (size_t)encconf_sqlite_size(block);
    memcpy(larger, block, held < (size_t)size ? held : (size_t)size);
    encconf_sqlite_free(block);
    return larger;
}
static int encconf_sqlite_round(int size) { return (size + 7) & ~7; }
static int encconf_sqlite_start(void *context) { (void)context; return SQLITE_OK; }
static void encconf_sqlite_stop(void *context) { (void)context; }

// Opens and starts libsqlite3; answers whether it is there. Not thread-safe: once for the process.
static inline int encconf_sqlite_load(struct encconf_sqlite *sqlite, sqlite3_int64 heap_limit) {
    void *library = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return 0;
    struct { const char *name; void **address; } symbols[] = {
        {"sqlite3_config", (void **)&sqlite->config},
        {"sqlite3_initialize", (void **)&sqlite->initialize},
        {"sqlite3_hard_heap_limit64", (void **)&sqlite->hard_heap_limit64},
        {"sqlite3_vfs_register", (void **)&sqlite->vfs_register},
        {"sqlite3_vfs_unregister", (void **)&sqlite->vfs_unregister},
        {"sqlite3_open_v2", (void **)&sqlite->open_v2},
        {"sqlite3_close_v2", (void **)&sqlite->close_v2},
        {"sqlite3_db_config", (void **)&sqlite->db_config},
        {"sqlite3_limit", (void **)&sqlite->limit},
        {"sqlite3_progress_handler", (void **)&sqlite->progress_handler},
        {"sqlite3_exec", (void **)&sqlite->exec},
        {"sqlite3_extended_errcode", (void **)&sqlite->extended_errcode},
        {"sqlite3_errstr", (void **)&sqlite->errstr},
        {"sqlite3_prepare_v2", (void **)&sqlite->prepare_v2},
        {"sqlite3_bind_int64", (void **)&sqlite->bind_int64},
        {"sqlite3_bind_blob64", (void **)&sqlite->bind_blob64},
        {"sqlite3_step", (void **)&sqlite->step},
        {"sqlite3_finalize", (void **)&sqlite->finalize},
        {"sqlite3_column_type", (void **)&sqlite->column_type},
        {"sqlite3_column_int64", (void **)&sqlite->column_int64},
        {"sqlite3_column_blob", (void **)&sqlite->column_blob},
        {"sqlite3_column_text", (void **)&sqlite->column_text},
        {"sqlite3_column_bytes", (void **)&sqlite->column_bytes},
    };
    for (size_t index = 0; index < sizeof symbols / sizeof symbols[0]; index += 1) {
        *symbols[index].address = dlsym(library, symbols[index].name);
        if (*symbols[index].address == NULL) return 0;
    }
    sqlite3_mem_methods memory = {
        encconf_sqlite_malloc, encconf_sqlite_free, encconf_sqlite_realloc, encconf_sqlite_size,
        encconf_sqlite_round, encconf_sqlite_start, encconf_sqlite_stop, NULL};
    if (sqlite->config(SQLITE_CONFIG_MALLOC, &memory) != SQLITE_OK) return 0;
    if (sqlite->initialize() != SQLITE_OK) return 0;
    sqlite->hard_heap_limit64(heap_limit);
    return 1;
}

// Files as SQLite sees them: the bytes of a database and of its write-ahead log in memory that is only read. There is no
// way from here to a disk, so nothing that SQLite does can write, lock or create a file.
struct encconf_sqlite_files {
    const void *database;
    sqlite3_int64 database_size;
    const void *log;  // NULL if there is none
    sqlite3_int64 log_size;
    sqlite3_int64 rounds_left;  // of encconf_sqlite_round_length steps of SQLite's virtual machine
    char name[32];
    sqlite3_vfs vfs;
};
struct encconf_sqlite_file {
    sqlite3_file base;
    const unsigned char *bytes;
    sqlite3_int64 size;
};

static int encconf_sqlite_io_read(sqlite3_file *file, void *space, int count, sqlite3_int64 offset) {
    struct encconf_sqlite_file *self = (struct encconf_sqlite_file *)file;
    sqlite3_int64 left = offset >= 0 && offset < self->size ? self->size - offset : 0;
    int held = left < count ? (int)left : count;
    if (held > 0) memcpy(space, self->bytes + offset, (size_t)held);
    if (held == count) return SQLITE_OK;
    // sqlite.org/c3ref/io_methods.html: a short read fills the rest with zeros.
    memset((char *)space + held, 0, (size_t)(count - held));
    return SQLITE_IOERR_SHORT_READ;
}
static int encconf_sqlite_io_close(sqlite3_file *file) { (void)file; return SQLITE_OK; }
static int encconf_sqlite_io_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    (void)file, (void)bytes, (void)count, (void)offset;
    return SQLITE_READONLY;
}
static int encconf_sqlite_io_truncate(sqlite3_file *file, sqlite3_int64 size) {
    (void)file, (void)size;
    return SQLITE_READONLY;
}
static int encconf_sqlite_io_sync(sqlite3_file *file, int flags) { (void)file, (void)flags; return SQLITE_OK; }
static int encconf_sqlite_io_size(sqlite3_file *file, sqlite3_int64 *size) {
    *size = ((struct encconf_sqlite_file *)file)->size;
    return SQLITE_OK;
}
static int encconf_sqlite_io_lock(sqlite3_file *file, int level) { (void)file, (void)level; return SQLITE_OK; }
static int encconf_sqlite_io_reserved(sqlite3_file *file, int *answer) { (void)file; *answer = 0; return SQLITE_OK; }
static int encconf_sqlite_io_control(sqlite3_file *file, int operation, void *argument) {
    (void)file, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}
static int encconf_sqlite_io_sector(sqlite3_file *file) { (void)file; return 4096; }
static int encconf_sqlite_io_traits(sqlite3_file *file) { (void)file; return 0; }

// Version 1: no shared memory, so that the index of the log is kept in the heap (sqlite.org/wal.html, section 8).
static const sqlite3_io_methods encconf_sqlite_io = {
    1, encconf_sqlite_io_close, encconf_sqlite_io_read, encconf_sqlite_io_write, encconf_sqlite_io_truncate,
    encconf_sqlite_io_sync, encconf_sqlite_io_size, encconf_sqlite_io_lock, encconf_sqlite_io_lock,
    encconf_sqlite_io_reserved, encconf_sqlite_io_control, encconf_sqlite_io_sector, encconf_sqlite_io_traits,
    NULL, NULL, NULL, NULL, NULL, NULL};

static int encconf_sqlite_vfs_open(
    sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags) {
    (void)name;
    struct encconf_sqlite_files *files = (struct encconf_sqlite_files *)vfs->pAppData;
    struct encconf_sqlite_file *self = (struct encconf_sqlite_file *)file;
    memset(self, 0, sizeof *self);
    if (flags & SQLITE_OPEN_MAIN_DB) {
        self->bytes = files->database, self->size = files->database_size;
    } else if (flags & SQLITE_OPEN_WAL) {
        self->bytes = files->log, self->size = files->log_size;
    } else {
        return SQLITE_CANTOPEN;
    }
    self->base.pMethods = &encconf_sqlite_io;
    if (out_flags != NULL) {
        *out_flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    }
    return SQLITE_OK;
}
static int encconf_sqlite_vfs_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    (void)vfs, (void)name, (void)sync;
    return SQLITE_READONLY;
}
static int encconf_sqlite_vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *answer) {
    (void)flags;
    struct encconf_sqlite_files *files = (struct encconf_sqlite_files *)vfs->pAppData;
    size_t length = strlen(name);
    *answer = files->log != NULL && length > 4 && strcmp(name + length - 4, "-wal") == 0;
    return SQLITE_OK;
}
static int encconf_sqlite_vfs_path(sqlite3_vfs *vfs, const char *name, int size, char *path) {
    (void)vfs;
    size_t length = strlen(name);
    if (length >= (size_t)size) return SQLITE_CANTOPEN;
    memcpy(path, name, length + 1);
    return SQLITE_OK;
}
static int encconf_sqlite_vfs_random(sqlite3_vfs *vfs, int size, char *space) {
    (void)vfs;
    return getrandom(space, (size_t)size, 0) == size ? size : 0;
}
static int encconf_sqlite_vfs_sleep(sqlite3_vfs *vfs, int microseconds) { (void)vfs; return microseconds; }
static int encconf_sqlite_vfs_time(sqlite3_vfs *vfs, double *day) {
    (void)vfs;
    *day = 2440587.5 + (double)time(NULL) / 86400.0;  // the Julian day of the Unix epoch
    return SQLITE_OK;
}
static int encconf_sqlite_vfs_error(sqlite3_vfs *vfs, int size, char *space) {
    (void)vfs, (void)size, (void)space;
    return 0;
}

// Shows a database to SQLite under the name `files->name`, until encconf_sqlite_hide().
static inline int encconf_sqlite_show(const struct encconf_sqlite *sqlite, struct encconf_sqlite_files *files) {
    files->vfs = (sqlite3_vfs){
        .iVersion = 1, .szOsFile = sizeof(struct encconf_sqlite_file), .mxPathname = 64, .zName = files->name,
        .pAppData = files, .xOpen = encconf_sqlite_vfs_open, .xDelete = encconf_sqlite_vfs_delete,
        .xAccess = encconf_sqlite_vfs_access, .xFullPathname = encconf_sqlite_vfs_path,
        .xRandomness = encconf_sqlite_vfs_random, .xSleep = encconf_sqlite_vfs_sleep,
        .xCurrentTime = encconf_sqlite_vfs_time, .xGetLastError = encconf_sqlite_vfs_error};
    return sqlite->vfs_register(&files->vfs, 0);
}

// A damaged or hostile database can keep a query busy for ever; it ends with SQLITE_INTERRUPT when no rounds are left.
enum { encconf_sqlite_round_length = 1000 };
static int encconf_sqlite_next_round(void *context) {
    struct encconf_sqlite_files *files = (struct encconf_sqlite_files *)context;
    files->rounds_left -= 1;
    return files->rounds_left < 0;
}
static inline void encconf_sqlite_watch(
    const struct encconf_sqlite *sqlite, sqlite3 *database, struct encconf_sqlite_files *files) {
    sqlite->progress_handler(database, encconf_sqlite_round_length, encconf_sqlite_next_round, files);
}

// sqlite3_db_config() has a variable number of arguments, which Swift cannot import.
static inline int encconf_sqlite_set(const struct encconf_sqlite *sqlite, sqlite3 *database, int option, int value) {
    return sqlite->db_config(database, option, value, (int *)NULL);
}

#endif
