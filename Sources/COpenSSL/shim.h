#ifndef ENCCONF_COPENSSL_SHIM_H
#define ENCCONF_COPENSSL_SHIM_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/rand.h>

// Function-like macros and variadic calls that Swift cannot import get a name here.

#endif
