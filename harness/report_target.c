#include "harness/report_target.h"

#include "harness/quantity.h"

void target_text(struct target to, const char *key, const char *text)
{
    values_text(to.values, to.prefix, key, text);
}

void target_count(struct target to, const char *key, int64_t count)
{
    char text[QUANTITY_SIZE];

    values_number(to.values, to.prefix, key, (double)count,
                  quantity_count(count, text));
}
