#ifndef ENCCONF_CYAML_SHIM_H
#define ENCCONF_CYAML_SHIM_H

#include <yaml.h>
#include <malloc.h>
#include <stdio.h>

/* `snprintf` is variadic, which Swift does not import. Writes VALUE with DIGITS significant digits, as 1.5e+00. */
static inline int encconf_format_double(char *buffer, size_t size, int digits, double value) {
    return snprintf(buffer, size, "%.*e", digits - 1, value);
}

#endif
