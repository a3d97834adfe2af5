#include "harness/screen.h"

#include "lib/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int64_t plain_line_every_ns = 5 * CLOCK_NS_PER_S;

void screen_begin(struct screen *screen, const char *label)
{
    memset(screen, 0, sizeof *screen);
    screen->label = label;
    screen->is_terminal = isatty(STDERR_FILENO);
    screen->next_line_ns = plain_line_every_ns;
}

void screen_show(struct screen *screen, const struct progress *progress)
{
    char line[PROGRESS_LINE_SIZE];

    screen->bits += (double)progress->bits_per_s *
                    (double)(progress->elapsed_ns - screen->elapsed_ns) / 1e9;
    screen->elapsed_ns = progress->elapsed_ns;
    if (screen->is_terminal) {
        progress_draw(progress, screen->label, progress_columns(), line,
                      sizeof line);
        fprintf(stderr, "\r\033[K%s", line);
        screen->drawn = 1;
    } else if (progress->elapsed_ns >= screen->next_line_ns) {
        progress_say(progress, screen->bits, screen->label, line, sizeof line);
        fprintf(stderr, "%s\n", line);
        screen->next_line_ns += plain_line_every_ns;
    }
    fflush(stderr);
}

void screen_clear(struct screen *screen)
{
    if (screen->drawn)
        fputs("\r\033[K", stderr);
    screen->drawn = 0;
    fflush(stderr);
}
