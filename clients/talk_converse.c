#define _GNU_SOURCE
#include "clients/talk.h"

#include "clients/talk_shared.h"
#include "lib/clock.h"
#include "lib/show.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DATAGRAM_BYTES = 65507 }; /* the most that one holds */

/* ---- waiting ---- */

/* Wait for one of two descriptors (-1: only one); 0 on time-out or signal. */
static int wait_either(int one, int two, int64_t timeout_ns,
                       struct pollfd ready[2])
{
    struct timespec limit = {.tv_sec = (time_t)(timeout_ns / CLOCK_NS_PER_S),
                             .tv_nsec = (long)(timeout_ns % CLOCK_NS_PER_S)};

    ready[0] = (struct pollfd){.fd = one, .events = POLLIN};
    ready[1] = (struct pollfd){.fd = two, .events = POLLIN};
    return ppoll(ready, 2, timeout_ns > 0 ? &limit : NULL, NULL) > 0;
}

/* UDP: what is told of the last message comes on a line of its own. */
static void tell_refused(void)
{
    printf("\nNo echo: nothing listens there (ECONNREFUSED).\nTo server < ");
    fflush(stdout);
}

/*
 * At the prompt a TCP server has nothing to say but that it is leaving; over
 * UDP an echo may come late.
 */
static enum talk_end listen_to_server(struct talk *talk)
{
    ssize_t n = net_recv(talk->fd, talk->reply, talk->buffer_bytes,
                         NET_DONT_WAIT);
    char text[400];

    if (n == 0 && !talk->is_udp)
        return TALK_CLOSED;
    if (n < 0 && talk->is_udp && errno == ECONNREFUSED) {
        tell_refused();
        return TALK_OK;
    }
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? TALK_OK : TALK_FAILED;
    printf("\nFrom server > %s\nTo server < ",
           show_bytes(talk->reply, (size_t)n, 300, text, sizeof text));
    fflush(stdout);
    return TALK_OK;
}

/* Room for one more byte and a NUL. */
static int grow(struct talk *talk, size_t used)
{
    size_t size = talk->line_size ? 2 * talk->line_size : 256;
    char *more;

    if (used + 2 <= talk->line_size)
        return 0;
    more = realloc(talk->line, size);
    if (!more)
        return -1;
    talk->line = more;
    talk->line_size = size;
    return 0;
}

/*
 * One byte from the keyboard; 1 when the line is complete.  Read a byte at a
 * time: what follows the newline belongs to the next prompt.
 */
static int take_key(struct talk *talk, size_t *used, enum talk_end *end)
{
    char c;
    ssize_t n = read(STDIN_FILENO, &c, 1);

    *end = TALK_OK;
    if (n < 0 && errno == EINTR)
        return 0;
    if (n <= 0) {
        *end = *used > 0 ? TALK_OK : TALK_BYE;
        return 1;
    }
    if (c == '\n')
        return 1;
    if (grow(talk, *used) < 0) {
        *end = TALK_FAILED;
        return 1;
    }
    talk->line[(*used)++] = c;
    return 0;
}

static enum talk_end read_line(struct talk *talk, size_t *used)
{
    enum talk_end end = TALK_OK;
    struct pollfd ready[2];

    for (;;) {
        if (talk_interrupted())
            return TALK_INTERRUPTED;
        if (!wait_either(STDIN_FILENO, talk->fd, 0, ready))
            continue;
        if (ready[1].revents) {
            end = listen_to_server(talk);
            if (end != TALK_OK)
                return end;
        }
        if (ready[0].revents && take_key(talk, used, &end))
            return end;
    }
}

enum talk_end talk_read(struct talk *talk, const char **text, size_t *n)
{
    enum talk_end end;

    do {
        printf("To server < ");
        fflush(stdout);
        talk->prompting = 1;
        *n = 0;
        end = read_line(talk, n);
    } while (end == TALK_OK && *n == 0); /* an empty message cannot be sent */
    talk->prompting = end != TALK_OK;
    *text = talk->line;
    return end;
}

/* ---- one exchange ---- */

static enum talk_end failed(void)
{
    if (errno == EPIPE || errno == ECONNRESET)
        return TALK_CLOSED;
    return errno == EINTR && talk_interrupted() ? TALK_INTERRUPTED
                                                : TALK_FAILED;
}

/* As much of the echo as is there, behind the *got bytes that came before. */
static enum talk_end take_reply(struct talk *talk, size_t n, size_t *got)
{
    size_t room = n - *got < talk->buffer_bytes ? n - *got : talk->buffer_bytes;
    ssize_t more = net_recv(talk->fd, talk->reply + *got, room, NET_DONT_WAIT);

    if (more == 0)
        return TALK_CLOSED;
    if (more < 0)
        return errno == EAGAIN ? TALK_OK : failed();
    *got += (size_t)more;
    return TALK_OK;
}

static enum talk_end await_reply(struct talk *talk, size_t n, size_t *got)
{
    int64_t deadline_ns = clock_now_ns() + talk->timeout_ns;
    enum talk_end end = TALK_OK;
    struct pollfd ready[2];

    while (end == TALK_OK && *got < n) {
        int64_t left_ns = talk->timeout_ns ? deadline_ns - clock_now_ns() : 0;

        if (talk_interrupted())
            return TALK_INTERRUPTED;
        if (talk->timeout_ns && left_ns <= 0)
            return TALK_TIMEOUT;
        if (wait_either(talk->fd, -1, left_ns, ready))
            end = take_reply(talk, n, got);
    }
    return end;
}

/* Every byte may become the four characters of \xHH. */
static void show_reply(const struct talk *talk, size_t got)
{
    size_t size = 4 * got + 64;
    char *text = malloc(size);

    if (text)
        puts(show_bytes(talk->reply, got, got, text, size));
    free(text);
}

/* ---- one exchange over UDP ---- */

static enum talk_end tell_none(const struct talk *talk, int cause)
{
    if (cause == ECONNREFUSED)
        printf("No echo: nothing listens there (ECONNREFUSED).\n");
    else
        printf("No echo within %g s.\n", (double)talk->timeout_ns / 1e9);
    return TALK_OK;
}

/*
 * One datagram; 1 when it is the echo of that message.  Another one is the
 * late echo of an earlier message: it is shown, and the wait goes on.
 */
static int take_datagram(const struct talk *talk, const char *text, size_t n)
{
    ssize_t got = net_recv(talk->fd, talk->reply, talk->buffer_bytes,
                           NET_DONT_WAIT);

    if (got < 0)
        return -1;
    printf("From server > ");
    show_reply(talk, (size_t)got);
    return (size_t)got == n && memcmp(talk->reply, text, n) == 0;
}

static enum talk_end await_datagram(struct talk *talk, const char *text,
                                    size_t n)
{
    int64_t deadline_ns = clock_now_ns() + talk->timeout_ns;
    struct pollfd ready[2];

    for (;;) {
        int64_t left_ns = talk->timeout_ns ? deadline_ns - clock_now_ns() : 0;
        int took;

        if (talk_interrupted())
            return TALK_INTERRUPTED;
        if (talk->timeout_ns && left_ns <= 0)
            return tell_none(talk, 0);
        if (!wait_either(talk->fd, -1, left_ns, ready))
            continue;
        took = take_datagram(talk, text, n);
        if (took > 0)
            return TALK_OK;
        if (took < 0 && errno == ECONNREFUSED)
            return tell_none(talk, errno);
        if (took < 0 && errno != EAGAIN && errno != EINTR)
            return TALK_FAILED;
    }
}

static enum talk_end exchange_udp(struct talk *talk, const char *text, size_t n)
{
    if (n > DATAGRAM_BYTES) {
        printf("Too long for a datagram: %zu bytes, at most %d.\n", n,
               DATAGRAM_BYTES);
        return TALK_OK;
    }
    if (net_send(talk->fd, text, n, NET_WAIT) < 0 &&
        (errno != ECONNREFUSED || /* of an earlier one */
         net_send(talk->fd, text, n, NET_WAIT) < 0))
        return TALK_FAILED;
    return await_datagram(talk, text, n);
}

enum talk_end talk_exchange(struct talk *talk, const char *text, size_t n)
{
    enum talk_end end;
    size_t got = 0;

    if (talk->is_udp)
        return exchange_udp(talk, text, n);
    if (talk_make_room(talk, n) < 0)
        return TALK_FAILED;
    if (net_send_all(talk->fd, text, n) < 0)
        return failed();
    printf("From server > ");
    fflush(stdout);
    end = await_reply(talk, n, &got);
    show_reply(talk, got);
    return end;
}

enum talk_end talk_until_exit(struct talk *talk)
{
    enum talk_end end;
    const char *text;
    size_t n;

    do {
        end = talk_read(talk, &text, &n);
        if (end != TALK_OK)
            return end;
        if (n == 4 && memcmp(text, "exit", 4) == 0) {
            if (!talk->is_udp) /* so that the server's log says so */
                (void)net_send_all(talk->fd, text, n);
            return TALK_BYE;
        }
        end = talk_exchange(talk, text, n);
    } while (end == TALK_OK);
    return end;
}
