#ifndef ENCCONF_CSODIUM_SHIM_H
#define ENCCONF_CSODIUM_SHIM_H

#include <stddef.h>

#include <sodium/core.h>
#include <sodium/crypto_secretbox.h>

// The two functions of secretbox with untyped pointers, as a raw span lends them.
static inline int encconf_secretbox_seal(
    void *box, const void *message, size_t length, const void *nonce, const void *key) {
    return crypto_secretbox_easy(box, message, length, nonce, key);
}
static inline int encconf_secretbox_open(
    void *message, const void *box, size_t length, const void *nonce, const void *key) {
    return crypto_secretbox_open_easy(message, box, length, nonce, key);
}

#endif
