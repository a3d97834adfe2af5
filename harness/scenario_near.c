#include "harness/scenario_keys.h"

#include <ctype.h>
#include <string.h>

enum { LONGEST = 32 }; /* no key is longer */

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* How many letters to add, drop or change; upper case counts as lower. */
static int edits(const char *a, const char *b)
{
    int row[LONGEST + 1], n = (int)strlen(b);

    for (int j = 0; j <= n; j++)
        row[j] = j;
    for (int i = 0; a[i]; i++) {
        int corner = row[0]++;

        for (int j = 1; j <= n; j++) {
            int change = corner + (tolower((unsigned char)a[i]) != b[j - 1]);

            corner = row[j];
            row[j] = least(change, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[n];
}

/* A word left out is one slip, as is an object forgotten. */
static int slips(const char *name, const char *prefix, const char *path)
{
    const char *dot = strrchr(path, '.'), *leaf = dot ? dot + 1 : path;
    size_t above = dot ? (size_t)(dot - path) : 0;
    int elsewhere = strlen(prefix) != above ||
                    strncmp(prefix, path, above) != 0;
    int part = strlen(name) >= 4 && strstr(leaf, name);

    return least(edits(name, leaf), part ? 1 : LONGEST) + elsewhere;
}

const char *scenario_key_near(const char *prefix, const char *name)
{
    const struct scenario_key *key;
    const char *nearest = NULL;
    int fewest = 2 + (strlen(name) > 3) + (strlen(name) > 8);

    if (strlen(name) < 3 || strlen(name) > LONGEST)
        return NULL;
    for (int i = 0; (key = scenario_key_at(i)); i++) {
        int n;

        if (strlen(key->path) > LONGEST)
            continue;
        n = slips(name, prefix, key->path);
        if (n >= fewest)
            continue;
        fewest = n;
        nearest = key->path;
    }
    return nearest;
}
