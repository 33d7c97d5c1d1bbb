#ifndef ENCCONF_CCURL_SHIM_H
#define ENCCONF_CCURL_SHIM_H

// The checks of the types of variadic arguments are for callers in C.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// libcurl is opened when the first call is made and not linked: it brings thirty libraries along, which took every
// start of the program three milliseconds more.
struct encconf_curl {
    CURLcode (*global_init_mem)(
        long, curl_malloc_callback, curl_free_callback, curl_realloc_callback, curl_strdup_callback,
        curl_calloc_callback);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *);
    CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
    CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
    const char *(*easy_strerror)(CURLcode);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_cleanup)(CURLM *);
    CURLMcode (*multi_add_handle)(CURLM *, CURL *);
    CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
    CURLMcode (*multi_perform)(CURLM *, int *);
    CURLMcode (*multi_poll)(CURLM *, struct curl_waitfd *, unsigned int, int, int *);
    CURLMsg *(*multi_info_read)(CURLM *, int *);
    struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
    void (*slist_free_all)(struct curl_slist *);
    curl_version_info_data *(*version_info)(CURLversion);
};

// What libcurl allocates held requests and answers: it is wiped before it goes back to the C library.
static void encconf_curl_free(void *block) {
    if (block == NULL) return;
    explicit_bzero(block, malloc_usable_size(block));
    free(block);
}
static void *encconf_curl_realloc(void *block, size_t size) {
    if (block == NULL) return malloc(size);
    void *larger = malloc(size);
    if (larger == NULL) return NULL;
    size_t held = malloc_usable_size(block);
    memcpy(larger, block, held < size ? held : size);
    encconf_curl_free(block);
    return larger;
}

// Opens and starts libcurl; answers whether it is there. Not thread-safe: once for the process.
static inline int encconf_curl_load(struct encconf_curl *curl) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return 0;
    struct { const char *name; void **address; } symbols[] = {
        {"curl_global_init_mem", (void **)&curl->global_init_mem},
        {"curl_easy_init", (void **)&curl->easy_init},
        {"curl_easy_cleanup", (void **)&curl->easy_cleanup},
        {"curl_easy_setopt", (void **)&curl->easy_setopt},
        {"curl_easy_getinfo", (void **)&curl->easy_getinfo},
        {"curl_easy_strerror", (void **)&curl->easy_strerror},
        {"curl_multi_init", (void **)&curl->multi_init},
        {"curl_multi_cleanup", (void **)&curl->multi_cleanup},
        {"curl_multi_add_handle", (void **)&curl->multi_add_handle},
        {"curl_multi_remove_handle", (void **)&curl->multi_remove_handle},
        {"curl_multi_perform", (void **)&curl->multi_perform},
        {"curl_multi_poll", (void **)&curl->multi_poll},
        {"curl_multi_info_read", (void **)&curl->multi_info_read},
        {"curl_slist_append", (void **)&curl->slist_append},
        {"curl_slist_free_all", (void **)&curl->slist_free_all},
        {"curl_version_info", (void **)&curl->version_info},
    };
    for (size_t index = 0; index < sizeof symbols / sizeof symbols[0]; index += 1) {
        *symbols[index].address = dlsym(library, symbols[index].name);
        if (*symbols[index].address == NULL) return 0;
    }
    return curl->global_init_mem(
               CURL_GLOBAL_DEFAULT, malloc, encconf_curl_free, encconf_curl_realloc, strdup, calloc)
        == CURLE_OK;
}

// curl_easy_setopt() and curl_easy_getinfo() have a variable number of arguments, which Swift cannot import.
static inline CURLcode encconf_curl_set_number(
    const struct encconf_curl *curl, CURL *handle, CURLoption option, long value) {
    return curl->easy_setopt(handle, option, value);
}
static inline CURLcode encconf_curl_set_text(
    const struct encconf_curl *curl, CURL *handle, CURLoption option, const char *value) {
    return curl->easy_setopt(handle, option, value);
}
static inline CURLcode encconf_curl_set_pointer(
    const struct encconf_curl *curl, CURL *handle, CURLoption option, void *value) {
    return curl->easy_setopt(handle, option, value);
}
static inline CURLcode encconf_curl_set_body(
    const struct encconf_curl *curl, CURL *handle, const void *bytes, size_t count) {
    CURLcode code = curl->easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return code != CURLE_OK ? code : curl->easy_setopt(handle, CURLOPT_POSTFIELDS, bytes);
}
// libcurl keeps a copy of the bytes.
static inline CURLcode encconf_curl_set_blob(
    const struct encconf_curl *curl, CURL *handle, CURLoption option, const void *bytes, size_t count) {
    struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
    return curl->easy_setopt(handle, option, &blob);
}
// Both callbacks get the same context.
static inline CURLcode encconf_curl_set_callbacks(
    const struct encconf_curl *curl, CURL *handle, curl_write_callback header, curl_write_callback body,
    void *context) {
    curl->easy_setopt(handle, CURLOPT_HEADERFUNCTION, header);
    curl->easy_setopt(handle, CURLOPT_HEADERDATA, context);
    curl->easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
    return curl->easy_setopt(handle, CURLOPT_WRITEDATA, context);
}
// Such as 0x075801 for 7.88.1.
static inline unsigned int encconf_curl_version(const struct encconf_curl *curl) {
    return curl->version_info(CURLVERSION_NOW)->version_num;
}
// What is asked when a connection stands and before anything is sent over it.
static inline CURLcode encconf_curl_set_prerequisite(
    const struct encconf_curl *curl, CURL *handle, curl_prereq_callback callback, void *context) {
    CURLcode code = curl->easy_setopt(handle, CURLOPT_PREREQDATA, context);
    return code != CURLE_OK ? code : curl->easy_setopt(handle, CURLOPT_PREREQFUNCTION, callback);
}
// How many connections the present transfer had to make.
static inline long encconf_curl_new_connections(const struct encconf_curl *curl, CURL *handle) {
    long count = 0;
    curl->easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &count);
    return count;
}
// The errno of the last failed connection; 0 if there is none.
static inline long encconf_curl_os_errno(const struct encconf_curl *curl, CURL *handle) {
    long number = 0;
    curl->easy_getinfo(handle, CURLINFO_OS_ERRNO, &number);
    return number;
}
// How the transfer of a multi handle ended; answers whether it did.
static inline int encconf_curl_result(const struct encconf_curl *curl, CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl->multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return 1;
        }
    }
    return 0;
}

#endif
