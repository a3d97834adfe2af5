/*
 * Preloaded into gnuplot: time() stands still at SOURCE_DATE_EPOCH.  cairo
 * dates the PDFs it writes by time() alone, and from 1.18 on compresses the
 * date with other things, so that it cannot be set afterwards: the same data
 * would not give the same bytes.
 */
#include <stdlib.h>
#include <time.h>

time_t time(time_t *to)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    time_t now = epoch ? (time_t)strtoll(epoch, NULL, 10) : 0;

    if (to)
        *to = now;
    return now;
}
