#define _GNU_SOURCE
#include "harness/screen.h"

#include "lib/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const int64_t plain_line_every_ns = 5 * CLOCK_NS_PER_S;

static int columns(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
        return size.ws_col - 1; /* the last column would wrap */
    return 79;
}

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

    if (screen->is_terminal) {
        progress_draw(progress, screen->label, columns(), line, sizeof line);
        fprintf(stderr, "\r\033[K%s", line);
        screen->drawn = 1;
    } else if (progress->elapsed_ns >= screen->next_line_ns) {
        progress_say(progress, screen->label, line, sizeof line);
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
