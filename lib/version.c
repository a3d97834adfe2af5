#include "lib/args.h"

#ifndef ECHOLAB_VERSION
#error "the build passes ECHOLAB_VERSION"
#endif

const char *args_version(void)
{
    return ECHOLAB_VERSION;
}
