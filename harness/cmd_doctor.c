#include "harness/cmd.h"
#include "harness/doctor.h"
#include "harness/hostport.h"
#include "harness/login.h"
#include "lib/args.h"

#include <stdlib.h>
#include <string.h>

enum { HOST, PORT, TRANSPORT, OUT, JSON };

struct command {
    struct doctor_target target;
    char host[NET_NAME_SIZE];
    char user[LOGIN_USER_SIZE]; /* "": only the target is checked */
    int port_of_host;           /* 0: it has none */
    const char *out;
    int is_json;
};

static int set_port(const char *value, struct command *command, struct err *err)
{
    long long port;

    if (args_int(value, ARGS_RANGE("port", 1, 65535), &port, err) < 0)
        return -1;
    command->target.port = (int)port;
    return 0;
}

/* [USER@]HOST[:PORT] */
static int set_host(const char *value, struct command *command, struct err *err)
{
    const char *at = strchr(value, '@');

    command->target.host = command->host;
    if (!at)
        return hostport_parse(value, command->host, &command->port_of_host,
                              err);
    snprintf(command->user, sizeof command->user, "%.*s", (int)(at - value),
             value);
    if (at - value >= LOGIN_USER_SIZE || !login_is_user(command->user))
        return args_bad(err, "host", value,
                        "USER@HOST, the user of a-z, 0-9, _ and -");
    return hostport_parse(at + 1, command->host, &command->port_of_host, err);
}

static int set(int key, const char *value, void *ctx, struct err *err)
{
    struct command *command = ctx;

    switch (key) {
    case HOST:
        return set_host(value, command, err);
    case PORT:
        return set_port(value, command, err);
    case TRANSPORT:
        command->target.is_udp = strcmp(value, "udp") == 0;
        return command->target.is_udp || strcmp(value, "tcp") == 0
                   ? 0
                   : args_bad(err, "transport", value, "tcp or udp");
    case OUT:
        command->out = value;
        return value[0] ? 0 : args_bad(err, "out", value, "a folder");
    default:
        command->is_json = 1;
        return 0;
    }
}

static int print(const struct findings *findings, int is_json, struct err *err)
{
    char *text;

    if (!is_json) {
        findings_text(findings, stdout);
        return 0;
    }
    text = findings_json(findings);
    if (!text)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    fputs(text, stdout);
    free(text);
    return 0;
}

static void check_login(struct findings *findings,
                        const struct command *command)
{
    struct doctor_login login = {
        .to = {.host = command->host, .user = command->user},
        .port = command->target.port,
        .is_udp = command->target.is_udp,
    };

    doctor_login(findings, &login);
}

static int perform(const struct command *command, struct err *err)
{
    struct findings findings = {.n = 0};

    doctor_tools(&findings);
    doctor_machine(&findings, command->out);
    if (command->user[0])
        check_login(&findings, command);
    else if (command->target.host)
        doctor_target(&findings, &command->target);
    if (print(&findings, command->is_json, err) < 0)
        return -1;
    return findings_verdict(&findings, err);
}

int cmd_doctor(int argc, char **argv, struct err *err)
{
    static const struct args_option options[] = {
        {"host", HOST, "[USER@]HOST[:PORT]", NULL,
         "check this target too; with a user: whether a run can start its "
         "server there over ssh"},
        {"port", PORT, "PORT", "2333", "its port"},
        {"transport", TRANSPORT, "tcp|udp", "tcp", "how to reach it"},
        {"out", OUT, "DIR", "results", "the parent of results folders"},
        {"json", JSON, NULL, NULL, "print JSON, for scripts"},
        {0},
    };
    struct command command = {.target = {.port = 2333}, .out = "results"};
    struct args_group group = {options, set, &command};
    struct args_spec spec = {
        .prog = "harness doctor",
        .usage = "",
        .doc = "Check what a run and a report need here, and with --host "
               "whether that target can be measured: its name, its port, its "
               "server.",
        .more =
            "Each line begins with ok, warn or FAIL, and says what to do.  "
            "Ends with the status of the first FAIL: 5 results cannot be "
            "written, 6 something is missing here, 7 a program is missing, 3 "
            "the target is not reached, 8 it is no echo server of ours.\n\n"
            "Examples:\n"
            "  harness doctor\n"
            "  harness doctor --host 192.0.2.7:2333\n"
            "  harness doctor --host me@192.0.2.7",
        .groups = &group,
        .ngroups = 1,
    };
    int done = 0;

    if (args_parse(&spec, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (command.port_of_host > 0)
        command.target.port = command.port_of_host;
    return perform(&command, err);
}
