#include "harness/paths.h"

#include <string.h>
#include <unistd.h>

/* The folder of this program, without the last slash. */
static int own_folder(char path[4096], struct err *err)
{
    ssize_t n = readlink("/proc/self/exe", path, 4095);
    char *slash;

    if (n < 0)
        return err_sys(err, ERR_HELPER, "install-broken",
                       "cannot find our own program: /proc/self/exe");
    path[n] = '\0';
    slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return 0;
}

static int join(char path[4096], const char *middle, const char *name, int mode,
                struct err *err)
{
    char folder[4096];
    int n;

    if (own_folder(folder, err) < 0)
        return -1;
    n = snprintf(path, 4096, "%s/%s%s", folder, middle, name);
    if (n < 4096 && access(path, mode) == 0)
        return 0;
    err_sys(err, ERR_HELPER, "install-broken", "cannot find %s", path);
    return err_hint(err, "build all programs with make, or install them with "
                         "make install");
}

int paths_program(char path[4096], const char *name, struct err *err)
{
    return join(path, "", name, X_OK, err);
}

int paths_data(char path[4096], const char *name, struct err *err)
{
    return join(path, "../share/echolab/", name, R_OK, err);
}
