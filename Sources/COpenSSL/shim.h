#ifndef ENCCONF_COPENSSL_SHIM_H
#define ENCCONF_COPENSSL_SHIM_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

// Gives a fresh context its cipher and key, without padding if so wanted. EVP_CIPHER_CTX_set_padding() would do as
// well, but leaves a flag behind that makes OpenSSL repeat the setting with each new initialisation vector.
static inline int encconf_cipher_init(
    EVP_CIPHER_CTX *context, const EVP_CIPHER *cipher, const void *key, int direction, unsigned int padding) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_uint(OSSL_CIPHER_PARAM_PADDING, &padding),
        OSSL_PARAM_construct_end(),
    };
    return EVP_CipherInit_ex2(context, cipher, (const unsigned char *)key, NULL, direction, parameters);
}

// Begins a message that shall be opened: its initialisation vector, and the tag that it must have. One call instead of
// two, and the parameter list is made here and not anew by EVP_CIPHER_CTX_ctrl().
static inline int encconf_cipher_start_opening(
    EVP_CIPHER_CTX *context, const void *vector, const void *tag, size_t tag_length) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, (void *)tag, tag_length),
        OSSL_PARAM_construct_end(),
    };
    return EVP_CipherInit_ex2(context, NULL, NULL, (const unsigned char *)vector, -1, parameters);
}

// HKDF-Expand alone, with SHA-256. The parameter list that EVP_KDF_derive wants holds pointers to its neighbours,
// which C can put on its stack and Swift cannot.
static inline int encconf_hkdf_expand_sha256(
    EVP_KDF_CTX *context, const void *seed, size_t seed_length, const void *info, size_t info_length, void *key,
    size_t key_length) {
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)seed, seed_length),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_length),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF_CTX_reset(context);
    return EVP_KDF_derive(context, (unsigned char *)key, key_length, parameters);
}

#endif
