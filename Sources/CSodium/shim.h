#ifndef ENCCONF_CSODIUM_SHIM_H
#define ENCCONF_CSODIUM_SHIM_H

#include <sodium/core.h>
#include <sodium/crypto_secretbox.h>

#endif
