#include "clients/hello.h"

#include "lib/clock.h"
#include "lib/msg.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define NOBODY UINT32_MAX /* the connection number of a hello */

enum { TRIES = 5 }; /* over UDP, which may lose a hello */
static const int64_t retry_ns = CLOCK_NS_PER_S / 5;

/* Append the failure of one more address to the first one's message. */
static void add_failure(struct err *err, const struct err *more)
{
    size_t used = strlen(err->msg);

    if (!err->id[0]) {
        *err = *more;
        return;
    }
    snprintf(err->msg + used, sizeof err->msg - used, "; %s", more->msg);
}

static int connect_any(const struct hello *hello, const struct net_addrs *addrs,
                       int *chosen, struct err *err)
{
    struct err all = {0};

    for (int i = 0; i < addrs->n; i++) {
        int64_t start_ns = clock_now_ns();
        int fd = net_connect(&addrs->at[i], hello->timeout_ns);
        struct err one = {0};

        *chosen = i;
        if (fd >= 0)
            return fd;
        net_connect_err(&one, &addrs->at[i], errno, clock_now_ns() - start_ns);
        add_failure(&all, &one);
    }
    *err = all;
    return -1;
}

/* Are these n bytes the beginning of the hello again, but for its kind? */
static int is_echo(const char *sent, const char *answer, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (answer[i] != sent[i] && !(i == MSG_KIND_AT && answer[i] == 'W'))
            return 0;
    return 1;
}

/*
 * Receive the echo of `sent` until the deadline, or until it can no longer be
 * one.  How many bytes came; errno says why fewer than a hello.
 */
static size_t receive(int fd, const char *sent, char *answer,
                      int64_t deadline_ns)
{
    size_t got = 0;

    errno = 0;
    while (got < MSG_HEADER_BYTES && is_echo(sent, answer, got)) {
        int64_t left_ns = deadline_ns - clock_now_ns();
        ssize_t more;

        if (left_ns <= 0) {
            errno = EAGAIN;
            break;
        }
        (void)net_set_timeouts(fd, left_ns, left_ns);
        more = net_recv(fd, answer + got, MSG_HEADER_BYTES - got, NET_WAIT);
        if (more < 0 && errno == EINTR)
            continue;
        if (more <= 0)
            break;
        got += (size_t)more;
    }
    return got;
}

static int unanswered(struct err *err, const struct net_addr *to, int cause,
                      size_t got)
{
    if (cause == EAGAIN) {
        err_set(err, ERR_TARGET, "hello-timeout",
                "no answer to the hello: %s: %zu of %d bytes came back",
                to->text, got, MSG_HEADER_BYTES);
        return err_hint(err, "it accepts connections but does not echo; is it "
                             "an echo server, and not busy with another "
                             "client?");
    }
    err_set(err, ERR_PEER, "hello-refused",
            "not an echo server: %s: closed the connection after %zu of %d "
            "bytes%s%s",
            to->text, got, MSG_HEADER_BYTES, cause ? ": " : "",
            cause ? err_name(cause) : "");
    return err_hint(err, "no load was sent; check host and port");
}

static int not_echo(struct err *err, const struct net_addr *to,
                    const char *answer, size_t got)
{
    char shown[25] = "";

    for (size_t i = 0; i < sizeof shown - 1 && i < got; i++)
        shown[i] = (char)(answer[i] > ' ' && answer[i] < 0x7f ? answer[i]
                                                              : '.');
    err_set(err, ERR_PEER, "hello-refused",
            "not an echo server: %s: answered the hello with \"%s...\"",
            to->text, shown);
    return err_hint(err, "no load was sent; check host and port");
}

static int check_plain(const struct hello *hello, const struct net_addr *to,
                       int plain, struct err *err)
{
    if (!plain || hello->plain_allowed || net_is_loopback(to))
        return 0;
    err_set(err, ERR_PEER, "peer-plain",
            "not our server: %s: it is a plain echo server on another machine",
            to->text);
    return err_hint(err, "if it is yours and you may load it: --plain (in a "
                         "scenario: \"target\": {\"plain\": true})");
}

static int exchange(int fd, const struct hello *hello,
                    const struct net_addr *to, int *plain, struct err *err)
{
    char answer[MSG_HEADER_BYTES];
    struct msg_stamp stamp;
    size_t got;

    msg_stamp_init(&stamp, 'H', hello->run_id, NOBODY);
    (void)net_set_timeouts(fd, hello->timeout_ns, hello->timeout_ns);
    (void)net_send_all(fd, stamp.header, sizeof stamp.header);
    got = receive(fd, stamp.header, answer, clock_now_ns() + hello->timeout_ns);
    if (!is_echo(stamp.header, answer, got))
        return not_echo(err, to, answer, got);
    if (got < sizeof answer)
        return unanswered(err, to, errno, got);
    *plain = answer[MSG_KIND_AT] == 'H';
    return check_plain(hello, to, *plain, err);
}

/* ---- over UDP ---- */

/* The errno of why there is no answer; 0 when *got bytes came. */
static int ask_udp(int fd, const struct msg_stamp *stamp,
                   char answer[MSG_HEADER_BYTES + 1], size_t *got,
                   int64_t timeout_ns)
{
    int64_t deadline_ns = clock_now_ns() + timeout_ns;

    for (int i = 1; i <= TRIES; i++) {
        int64_t left_ns = deadline_ns - clock_now_ns();
        ssize_t n;

        if (left_ns <= 0)
            break;
        if (i < TRIES && left_ns > retry_ns)
            left_ns = retry_ns;
        (void)net_set_timeouts(fd, left_ns, left_ns);
        if (net_send(fd, stamp->header, sizeof stamp->header, NET_WAIT) < 0)
            return errno;
        n = net_recv(fd, answer, MSG_HEADER_BYTES + 1, NET_WAIT);
        if (n >= 0) {
            *got = (size_t)n;
            return 0;
        }
        if (errno != EAGAIN && errno != EINTR)
            return errno;
    }
    return ETIMEDOUT;
}

static int no_datagram(struct err *err, const struct net_addr *to, int cause,
                       int64_t after_ns)
{
    if (cause == ETIMEDOUT) {
        err_set(err, ERR_TARGET, "hello-timeout",
                "no answer to the hello: %s: %d datagrams sent", to->text,
                TRIES);
        return err_hint(err, "a firewall, a wrong address, or a server that "
                             "answers only others");
    }
    net_connect_err(err, to, cause, after_ns);
    return err_hint(err, "nothing listens there: start it with "
                         "echo-udp-server --port PORT, or check the port");
}

static int exchange_udp(int fd, const struct hello *hello,
                        const struct net_addr *to, int *plain, struct err *err)
{
    char answer[MSG_HEADER_BYTES + 1] = {0};
    struct msg_stamp stamp;
    int64_t start_ns = clock_now_ns();
    size_t got = 0;
    int cause;

    msg_stamp_init(&stamp, 'H', hello->run_id, NOBODY);
    cause = ask_udp(fd, &stamp, answer, &got, hello->timeout_ns);
    if (cause)
        return no_datagram(err, to, cause, clock_now_ns() - start_ns);
    if (got != MSG_HEADER_BYTES || !is_echo(stamp.header, answer, got))
        return not_echo(err, to, answer, got);
    *plain = answer[MSG_KIND_AT] == 'H';
    return check_plain(hello, to, *plain, err);
}

/* An address that is silent or refuses leaves the next one to be tried. */
static int greet_udp(const struct hello *hello, const struct net_addrs *addrs,
                     int *chosen, int *plain, struct err *err)
{
    struct err all = {0};

    for (int i = 0; i < addrs->n; i++) {
        int fd = net_connect_udp(&addrs->at[i]), result;
        struct err one = {0};

        *chosen = i;
        if (fd < 0) {
            no_datagram(&one, &addrs->at[i], errno, 0);
            add_failure(&all, &one);
            continue;
        }
        result = exchange_udp(fd, hello, &addrs->at[i], plain, &one);
        close(fd);
        if (result == 0)
            return 0;
        add_failure(&all, &one);
        if (one.code == ERR_PEER)
            break;
    }
    *err = all;
    return -1;
}

int hello_greet(const struct hello *hello, const struct net_addrs *addrs,
                int *chosen, int *plain, struct err *err)
{
    int fd, result;

    if (hello->is_udp)
        return greet_udp(hello, addrs, chosen, plain, err);
    fd = connect_any(hello, addrs, chosen, err);
    if (fd < 0)
        return -1;
    result = exchange(fd, hello, &addrs->at[*chosen], plain, err);
    close(fd);
    return result;
}
