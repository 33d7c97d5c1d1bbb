#ifndef ENCCONF_CCBOR_SHIM_H
#define ENCCONF_CCBOR_SHIM_H

// The decoder that calls back, alone: the rest of libcbor builds values in memory that is not wiped.
#include <cbor/streaming.h>

#endif
