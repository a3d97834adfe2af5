#include "clients/hello.h"

#include "lib/clock.h"
#include "lib/key.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define NOBODY UINT32_MAX /* the connection number of a hello */

enum { TRIES = 5 }; /* over UDP, which may lose a hello */
static const int64_t retry_ns = CLOCK_NS_PER_S / 5;

/* What is said, and what an answer is held against. */
struct greeting {
    size_t n; /* bytes, of the answer too */
    char bytes[KEY_MESSAGE_BYTES];
};

/* With a key none is like another, since none is answered twice. */
static void make_greeting(const struct hello *hello, struct greeting *greeting)
{
    struct msg_header header = {
        .kind = 'H', .run_id = hello->run_id, .conn = NOBODY};
    struct msg_stamp stamp;

    greeting->n = hello->key ? KEY_MESSAGE_BYTES : MSG_HEADER_BYTES;
    if (hello->key) {
        header.seq = (uint64_t)(clock_now_ns() / 1000) & MSG_SEQ_MAX;
        key_message(hello->key, 'H', &header, greeting->bytes);
        return;
    }
    msg_stamp_init(&stamp, 'H', hello->run_id, NOBODY);
    memcpy(greeting->bytes, stamp.header, sizeof stamp.header);
}

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

/*
 * Are these n bytes the beginning of the hello again, but for its kind, and
 * with a key for the proof, which is_proven looks at?
 */
static int is_echo(const struct greeting *sent, const char *answer, size_t n)
{
    for (size_t i = 0; i < n && i < MSG_HEADER_BYTES; i++)
        if (answer[i] != sent->bytes[i] &&
            !(i == MSG_KIND_AT && answer[i] == 'W'))
            return 0;
    return 1;
}

/*
 * Of a whole answer.  Without a key any echo will do; else one that only who
 * has the key can have made of a hello of this run, be it an earlier one.
 */
static int is_proven(const struct hello *hello, const char *answer)
{
    char question[MSG_HEADER_BYTES];
    struct msg_header header;

    if (!hello->key)
        return 1;
    memcpy(question, answer, sizeof question);
    question[MSG_KIND_AT] = 'H';
    return answer[MSG_KIND_AT] == 'W' && key_proves(hello->key, answer) &&
           msg_read(question, &header) == 0 && header.run_id == hello->run_id &&
           header.conn == NOBODY;
}

/*
 * Receive the echo of `sent` until the deadline, or until it can no longer be
 * one.  How many bytes came; errno says why fewer than a hello.
 */
static size_t receive(int fd, const struct greeting *sent, char *answer,
                      int64_t deadline_ns)
{
    size_t got = 0;

    errno = 0;
    while (got < sent->n && is_echo(sent, answer, got)) {
        int64_t left_ns = deadline_ns - clock_now_ns();
        ssize_t more;

        if (left_ns <= 0) {
            errno = EAGAIN;
            break;
        }
        (void)net_set_timeouts(fd, left_ns, left_ns);
        more = net_recv(fd, answer + got, sent->n - got, NET_WAIT);
        if (more < 0 && errno == EINTR)
            continue;
        if (more <= 0)
            break;
        got += (size_t)more;
    }
    return got;
}

static int unanswered(struct err *err, const struct net_addr *to,
                      const struct greeting *sent, size_t got)
{
    int cause = errno;

    if (cause == EAGAIN) {
        err_set(err, ERR_TARGET, "hello-timeout",
                "no answer to the hello: %s: %zu of %zu bytes came back",
                to->text, got, sent->n);
        return err_hint(err, "it accepts connections but does not echo; is it "
                             "an echo server, and not busy with another "
                             "client?");
    }
    err_set(err, ERR_PEER, "hello-refused",
            "not an echo server: %s: closed the connection after %zu of %zu "
            "bytes%s%s",
            to->text, got, sent->n, cause ? ": " : "",
            cause ? err_name(cause) : "");
    return err_hint(err, "no load was sent; check host and port, and whether "
                         "that server has a key or serves other addresses "
                         "only");
}

static int not_proven(struct err *err, const struct net_addr *to)
{
    err_set(err, ERR_PEER, "hello-unkeyed",
            "not our server: %s: its answer to the hello does not prove that "
            "it has the key",
            to->text);
    return err_hint(err, "no load was sent; start the server with "
                         "--key-from-stdin and the same key");
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
    char answer[KEY_MESSAGE_BYTES] = {0};
    struct greeting greeting;
    size_t got;

    make_greeting(hello, &greeting);
    (void)net_set_timeouts(fd, hello->timeout_ns, hello->timeout_ns);
    (void)net_send_all(fd, greeting.bytes, greeting.n);
    got = receive(fd, &greeting, answer, clock_now_ns() + hello->timeout_ns);
    if (!is_echo(&greeting, answer, got))
        return not_echo(err, to, answer, got);
    if (got < greeting.n)
        return unanswered(err, to, &greeting, got);
    if (!is_proven(hello, answer))
        return not_proven(err, to);
    *plain = answer[MSG_KIND_AT] == 'H';
    return check_plain(hello, to, *plain, err);
}

/* ---- over UDP ---- */

struct udp_answer {
    char bytes[KEY_MESSAGE_BYTES + 1];
    size_t n;
    struct greeting to; /* the last that was said */
};

/*
 * The errno of why there is no answer; 0 when one came.  With a key what does
 * not prove it is passed over as long as there are tries.
 */
static int ask_udp(int fd, const struct hello *hello, struct udp_answer *answer)
{
    int64_t deadline_ns = clock_now_ns() + hello->timeout_ns;

    for (int i = 1; i <= TRIES; i++) {
        int64_t left_ns = deadline_ns - clock_now_ns();
        ssize_t n;

        if (left_ns <= 0)
            break;
        if (i < TRIES && left_ns > retry_ns)
            left_ns = retry_ns;
        (void)net_set_timeouts(fd, left_ns, left_ns);
        make_greeting(hello, &answer->to);
        if (net_send(fd, answer->to.bytes, answer->to.n, NET_WAIT) < 0)
            return errno;
        n = net_recv(fd, answer->bytes, answer->to.n + 1, NET_WAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return errno;
        if (n >= 0)
            answer->n = (size_t)n;
        if (n >= 0 && (!hello->key || ((size_t)n == answer->to.n &&
                                       is_proven(hello, answer->bytes))))
            return 0;
    }
    return answer->n ? 0 : ETIMEDOUT;
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
    struct udp_answer answer = {.n = 0};
    int64_t start_ns = clock_now_ns();
    int cause = ask_udp(fd, hello, &answer);

    if (cause)
        return no_datagram(err, to, cause, clock_now_ns() - start_ns);
    if (answer.n != answer.to.n ||
        (!hello->key && !is_echo(&answer.to, answer.bytes, answer.n)))
        return not_echo(err, to, answer.bytes, answer.n);
    if (!is_proven(hello, answer.bytes))
        return not_proven(err, to);
    *plain = answer.bytes[MSG_KIND_AT] == 'H';
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
