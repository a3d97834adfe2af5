#include "harness/report_server.h"

#include <string.h>

/* As a run notes it. */
#define FIREWALL "firewall there: "

static void put_firewall(struct values *values, const char *prefix,
                         const struct result_texts *notes)
{
    size_t n = strlen(FIREWALL);

    for (int i = 0; i < notes->count; i++)
        if (strncmp(notes->text[i], FIREWALL, n) == 0) {
            values_text(values, prefix, "firewall", notes->text[i] + n);
            return;
        }
}

void report_server_values(struct values *values, const char *prefix,
                          const struct result_run *run)
{
    if (run->launched)
        values_text(values, prefix, "launched", "launched");
    if (!run->deployed)
        return;
    values_text(values, prefix, "deployed", "deployed");
    put_firewall(values, prefix, &run->notes);
    if (run->keyed)
        values_text(values, prefix, "keyed", "keyed");
}
