#include "harness/cmd.h"
#include "harness/list.h"
#include "lib/args.h"

#include <stdio.h>

static int take_folder(const char *text, void *ctx, struct err *err)
{
    const char **folder = ctx;

    if (*folder) {
        err_set(err, ERR_USAGE, "usage", "unexpected argument: \"%.80s\"",
                text);
        return err_hint(err, "harness list takes one folder");
    }
    *folder = text;
    return 0;
}

int cmd_list(int argc, char **argv, struct err *err)
{
    const char *folder = NULL;
    struct args_spec spec = {
        .prog = "harness list",
        .usage = "[DIR]",
        .doc = "List the results folders in DIR (default results), newest "
               "last.  Folders that are partial or damaged are marked.",
        .more = "",
        .operand = take_folder,
        .ctx = &folder,
    };
    int done = 0;

    if (args_parse(&spec, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    return list_folders(folder ? folder : "results", stdout, err);
}
