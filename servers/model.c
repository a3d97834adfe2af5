#include "servers/model.h"

#include <string.h>

int (*model_find(const char *name))(struct crowd *crowd, struct err *err)
{
    static const struct {
        const char *name;
        int (*run)(struct crowd *crowd, struct err *err);
    } models[] = {
        {"thread", model_thread},
        {"single", model_single},
        {"epoll", model_epoll},
    };

    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (strcmp(models[i].name, name) == 0)
            return models[i].run;
    return NULL;
}
