/* What a failure of ssh is called; the ssh that tells is ours. */
#include "harness/ssh.h"
#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* An ssh -G for which all goes through `jump`; 0 or -1. */
static int install(const char *jump)
{
    FILE *to = fopen("ssh", "w");

    if (!to)
        return -1;
    fprintf(to,
            "#!/bin/sh\nprintf 'hostname 192.0.2.7\\nport 22\\n"
            "proxyjump %%s\\n' '%s'\n",
            jump);
    return fclose(to) == 0 ? chmod("ssh", 0700) : -1;
}

/* Whose key it was, where ssh names none. */
static struct err explain(const char *jump)
{
    const struct ssh_target to = {.host = "there", .user = ""};
    struct proc proc = {.exit_code = 255};
    struct err err = {0};

    buf_add(&proc.err, "Host key verification failed.\n");
    if (install(jump) == 0)
        (void)ssh_explain(&proc, &to, &err);
    buf_release(&proc.err);
    return err;
}

static void test_of_jump_hosts_the_first_is_meant(void)
{
    static const char *const jumps[][2] = {
        {"gate", "gate"},        {"me@gate", "gate"},
        {"h1,me@h2", "h1"},      {"you@h1,me@h2", "h1"},
        {"h1:2222,me@h2", "h1"}, {"[2001:db8::1]:22,me@h2", "2001:db8::1"}};
    char message[128];

    for (int i = 0; i < 6; i++) {
        struct err err = explain(jumps[i][0]);

        snprintf(message, sizeof message,
                 "the host key of %s is not known here", jumps[i][1]);
        CHECK_STR(err.id, "ssh-host-unknown");
        CHECK_STR(err.msg, message);
    }
}

int main(void)
{
    char here[2048], path[8192];

    if (!getcwd(here, sizeof here))
        return 1;
    snprintf(path, sizeof path, "%s:%s", here, getenv("PATH"));
    setenv("PATH", path, 1);
    test_of_jump_hosts_the_first_is_meant();
    (void)unlink("ssh");
    return check_done();
}
