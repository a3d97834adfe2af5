#include "harness/sysfile.h"

#include <stdio.h>
#include <string.h>

char *sysfile_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    char *got = file ? fgets(line, (int)size, file) : NULL;

    if (file)
        fclose(file);
    if (got)
        got[strcspn(got, "\n")] = '\0';
    return got;
}
