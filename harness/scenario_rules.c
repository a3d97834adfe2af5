#include "harness/scenario_rules.h"

#include "harness/login.h"
#include "harness/scenario_keys.h"
#include "lib/impair.h"
#include "lib/net.h"

#include <stdio.h>
#include <string.h>

static int conflict(const struct scenario_reader *reader, const char *path,
                    const char *what, const char *hint)
{
    char where[512];

    scenario_place(reader, path, where, sizeof where);
    err_set(reader->err, ERR_USAGE, "scenario-conflict", "%s: %s", where, what);
    return err_hint(reader->err, "%s", hint);
}

int scenario_is_local(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
           strcmp(host, "localhost") == 0;
}

/* ---- target and path ---- */

static int check_limits(const struct scenario_reader *reader,
                        const struct scenario *s)
{
    if (s->duration_ns || s->messages)
        return 0;
    return conflict(reader, "duration_s",
                    "neither duration_s nor messages limits the run",
                    "give at least one of the two");
}

static int check_target(const struct scenario_reader *reader,
                        const struct scenario *s)
{
    if (s->launch == LAUNCH_NONE && s->port == 0)
        return conflict(reader, "target.launch",
                        "a server that runs already needs \"target.port\"",
                        "\"port\": 2333 is the default of echo-server");
    if (s->launch == LAUNCH_NONE && s->keyed)
        return conflict(reader, "target.keyed",
                        "a server that runs already is given no key",
                        "leave it out, or let us start the server");
    if (s->launch == LAUNCH_LOCAL && !scenario_is_local(s->host))
        return conflict(reader, "target.host",
                        "a server started here listens on loopback only",
                        "\"launch\": \"none\" measures a server that runs on "
                        "another machine");
    return 0;
}

static int check_allow(const struct scenario_reader *reader,
                       const struct scenario *s)
{
    struct net_range range;

    if (strcmp(s->allow, "operator") == 0)
        return 0;
    if (s->launch != LAUNCH_SSH)
        return conflict(reader, "target.allow",
                        "only a server that ssh starts is told whom to serve",
                        "one that runs already has its own --allow");
    if (strcmp(s->allow, "any") == 0 || net_range_parse(&range, s->allow) == 0)
        return 0;
    return conflict(reader, "target.allow", "this is no address",
                    "operator, any, 203.0.113.7, 203.0.113.0/24, fd00::/8; "
                    "behind ::ffff:... 96 bits or more");
}

/* A server that ssh starts: the port must be one that a firewall can know. */
static int check_ssh(const struct scenario_reader *reader,
                     const struct scenario *s)
{
    if (check_allow(reader, s) < 0)
        return -1;
    if (s->launch != LAUNCH_SSH)
        return s->user[0]
                   ? conflict(reader, "target.user", "only ssh needs a user",
                              "add \"launch\": \"ssh\"")
                   : 0;
    if (!login_is_host(s->host))
        return conflict(reader, "target.host",
                        "this is not a host that ssh is given",
                        "a name of letters, digits, '.' and '-', or an "
                        "address");
    if (s->port == 0)
        return conflict(reader, "target.launch",
                        "a server on another host needs \"target.port\"",
                        "\"port\": 2333, the lab's");
    if (s->plain || s->emulated)
        return conflict(reader, s->plain ? "target.plain" : "path",
                        "this is not for a server that ssh starts",
                        "leave it out");
    return 0;
}

static int check_path(const struct scenario_reader *reader,
                      const struct scenario *s)
{
    if (s->path_jitter_ms <= s->path_delay_ms)
        return 0;
    return conflict(reader, "path.jitter_ms",
                    "\"path.jitter_ms\" is more than \"path.delay_ms\"",
                    "jitter varies the delay by +- so much; it cannot go "
                    "below 0");
}

/* ---- transport and server ---- */

static int check_server(const struct scenario_reader *reader,
                        const struct scenario *s)
{
    int is_udp = s->transport == TRANSPORT_UDP;

    if (is_udp == (s->server == SERVER_UDP))
        return 0;
    return conflict(reader, "server",
                    is_udp ? "no TCP server answers \"transport\": \"udp\""
                           : "the udp server needs \"transport\": \"udp\"",
                    is_udp ? "leave \"server\" out: it is udp then"
                           : "add \"transport\": \"udp\"");
}

/* So many are served at once by what we start; more would wait, or be closed.
 */
static int most_connections(const struct scenario *s)
{
    enum { ANY = 100000, THREADS = 4000 };

    if (s->server == SERVER_SINGLE)
        return 1;
    return s->server == SERVER_THREAD || s->server == SERVER_SIMPLE ? THREADS
                                                                    : ANY;
}

static int check_connections(const struct scenario_reader *reader,
                             const struct scenario *s)
{
    int most = most_connections(s);
    char what[96];

    if (s->launch == LAUNCH_NONE || s->connections <= most)
        return 0;
    snprintf(what, sizeof what, "the %s server takes at most %d connection%s",
             scenario_word("server", (int)s->server), most,
             most == 1 ? "" : "s");
    return conflict(reader, "connections", what,
                    "fewer connections, another \"server\", or one that runs "
                    "already (\"launch\": \"none\")");
}

static int check_size(const struct scenario_reader *reader,
                      const struct scenario *s)
{
    enum { UDP_LEAST = 48, KEYED = 64, UDP_MOST = 65507, SIMPLE_MOST = 16384 };
    int64_t size = s->message_size_bytes;
    int is_keyed = s->keyed || s->launch == LAUNCH_SSH;
    int least = is_keyed ? KEYED : UDP_LEAST;
    char what[96];

    if (s->server == SERVER_SIMPLE && size > SIMPLE_MOST)
        return conflict(reader, "message_size",
                        "the simple server echoes what one read takes: at "
                        "most 16384 bytes",
                        "a smaller message, or another \"server\"");
    if (s->transport == TRANSPORT_TCP || (size >= least && size <= UDP_MOST))
        return 0;
    snprintf(what, sizeof what,
             "\"message_size\" = %lld is out of range %d..%d of udp%s",
             (long long)size, least, UDP_MOST, is_keyed ? " with a key" : "");
    return conflict(reader, "message_size", what,
                    is_keyed ? "a datagram holds a header of 48 bytes, and "
                               "the proof of the key in 16 more"
                             : "a datagram holds the header of 48 bytes by "
                               "which its answer is told, and at most 65507");
}

/* ---- pacing ---- */

static int check_pacing(const struct scenario_reader *reader,
                        const struct scenario *s)
{
    enum { HEADER_BYTES = 48 };
    int is_open = s->rate_per_s > 0, is_many = is_open || s->window > 1;

    if (is_open && s->window > 1)
        return conflict(reader, "window",
                        "\"rate_per_s\" and \"window\" do not go together",
                        "an open loop does not wait for replies: leave one of "
                        "the two out");
    if (!is_open && s->arrival == ARRIVES_AT_RANDOM)
        return conflict(reader, "arrival",
                        "\"arrival\" is of an open loop: \"rate_per_s\"",
                        "a closed loop sends when an echo is back");
    if (is_many && s->message_size_bytes < HEADER_BYTES)
        return conflict(reader, "message_size",
                        "below 48 bytes one message is in flight",
                        "messages that short cannot be told apart: larger "
                        "ones, or neither \"rate_per_s\" nor \"window\"");
    if (is_many && s->server == SERVER_SIMPLE)
        return conflict(reader, "server",
                        "a connection to the simple server has one message",
                        "another \"server\", or neither \"rate_per_s\" nor "
                        "\"window\"");
    return 0;
}

/* ---- loss on purpose ---- */

static int check_burst(const struct scenario_reader *reader,
                       const struct scenario_loss *loss)
{
    if (loss->model == MODEL_GILBERT && loss->burst <= 0)
        return conflict(reader, "loss.model",
                        "the gilbert model needs \"loss.burst\"",
                        "\"burst\": 3 loses three in a row on average");
    if (loss->model == MODEL_BERNOULLI && loss->burst > 0)
        return conflict(reader, "loss.burst",
                        "\"loss.burst\" is of the gilbert model",
                        "add \"model\": \"gilbert\" to lose in bursts");
    return 0;
}

static int check_loss(const struct scenario_reader *reader,
                      const struct scenario *s)
{
    struct impair impair = {
        .model = s->loss.model == MODEL_GILBERT ? IMPAIR_GILBERT
                                                : IMPAIR_BERNOULLI,
        .p = s->loss.p,
        .burst = s->loss.burst,
        .duplicate = s->loss.duplicate,
        .reorder = s->loss.reorder,
    };
    struct err cause = {0};

    if (!s->loss.has)
        return 0;
    if (s->transport != TRANSPORT_UDP)
        return conflict(reader, "loss", "only datagrams are lost on purpose",
                        "add \"transport\": \"udp\"");
    if (check_burst(reader, &s->loss) < 0)
        return -1;
    if (impair_check(&impair, &cause) == 0)
        return 0;
    return conflict(reader, "loss", cause.msg, cause.hint);
}

/* ---- transcripts ---- */

/* What a transcript has no use for would be ignored in silence. */
static int check_unused(const struct scenario_reader *reader)
{
    static const char used[] =
        " version name what mode target transport server repeat cpu steps ";
    const char *key;

    for (int i = 0; (key = json_key(reader->doc->root, i)); i++) {
        char word[80];

        snprintf(word, sizeof word, " %.70s ", key);
        if (!strstr(used, word))
            return conflict(reader, key,
                            "\"mode\": \"transcript\" has no use for this key",
                            "leave it out: the steps say all that happens");
    }
    return 0;
}

static int check_transcript(const struct scenario_reader *reader)
{
    const struct scenario *s = reader->scenario;

    if (s->steps.nscenes == 0)
        return conflict(reader, "mode",
                        "\"mode\": \"transcript\" needs \"steps\"",
                        "scenarios/transcript_echo.json is an example");
    if (s->sweeps[SWEPT_SERVER].n > 0)
        return conflict(reader, "server", "a transcript has one kind of server",
                        "name that one: \"server\": \"thread\"");
    if (s->keyed)
        return conflict(reader, "target.keyed", "those who type have no key",
                        "leave it out");
    if (check_unused(reader) < 0 || check_target(reader, s) < 0 ||
        check_ssh(reader, s) < 0 || check_server(reader, s) < 0)
        return -1;
    return steps_check(&s->steps, reader->doc->name,
                       scenario_word("server", (int)s->server), reader->err);
}

/* ---- all ---- */

static int check_case(const struct scenario_reader *reader,
                      const struct scenario *one)
{
    if (check_limits(reader, one) < 0 || check_target(reader, one) < 0 ||
        check_ssh(reader, one) < 0 || check_path(reader, one) < 0 ||
        check_server(reader, one) < 0 || check_connections(reader, one) < 0 ||
        check_size(reader, one) < 0 || check_pacing(reader, one) < 0)
        return -1;
    return check_loss(reader, one);
}

/* The key with the longest list. */
static const char *longest_list(const struct scenario *s)
{
    const struct scenario_key *key;
    const char *path = "repeat";
    int most = 0;

    for (int i = 0; (key = scenario_key_at(i)); i++) {
        if (!(key->flags & KEY_SWEEPS) || s->sweeps[key->swept].n <= most)
            continue;
        most = s->sweeps[key->swept].n;
        path = key->path;
    }
    return path;
}

static int check_lists(const struct scenario_reader *reader)
{
    const struct scenario *s = reader->scenario;

    if (scenario_cases(s) * s->repeat > SCENARIO_MAX_RUNS)
        return conflict(reader, longest_list(s),
                        "more than 1000 runs: the product of all lists and "
                        "\"repeat\"",
                        "shorter lists, or several scenarios");
    if (s->launch == LAUNCH_NONE && s->sweeps[SWEPT_SERVER].n > 1)
        return conflict(reader, "server",
                        "a server that runs already is of one kind",
                        "name that one: \"server\": \"thread\"");
    return 0;
}

int scenario_check(const struct scenario_reader *reader)
{
    struct scenario one;

    if (check_lists(reader) < 0)
        return -1;
    if (reader->scenario->mode == MODE_TRANSCRIPT)
        return check_transcript(reader);
    if (reader->scenario->steps.nscenes > 0)
        return conflict(reader, "steps",
                        "\"steps\" are for \"mode\": \"transcript\"",
                        "add \"mode\": \"transcript\", or leave them out");
    for (int i = 0; i < scenario_cases(reader->scenario); i++) {
        scenario_case(reader->scenario, i, &one);
        if (check_case(reader, &one) < 0)
            return -1;
    }
    return 0;
}
