#ifndef ENCCONF_CYAML_SHIM_H
#define ENCCONF_CYAML_SHIM_H

#include <yaml.h>

#endif
