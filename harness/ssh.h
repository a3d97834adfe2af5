/*
 * The system's ssh, with its configuration, agent and known hosts: one command
 * on another host, and a dialog with it over its stdin and stdout.
 *
 * No text that comes from outside is ever part of a command: host and user are
 * held to a plain alphabet (harness/login.h) and stand behind `--` and `-l`,
 * the command is the caller's constant, and everything else goes over stdin.
 */
#ifndef HARNESS_SSH_H
#define HARNESS_SSH_H

#include "harness/proc.h"
#include "lib/err.h"

struct ssh_target {
    const char *host;
    const char *user; /* "": ssh's own choice */
};

/*
 * Start `command` there as a dialog.  Never asks anything.  Errors: ssh-target
 * (ERR_USAGE) for what is neither host nor user, those of proc_start.
 */
int ssh_start(struct proc *proc, const struct ssh_target *to,
              const char *command, struct err *err);

/*
 * Which host and port ssh means by that name: of ~/.ssh/config, where it may be
 * an alias.  The other programs know nothing of it.  Errors: ssh-target (also
 * for a HostName there that is no host), helper-missing, ssh-config.
 */
struct ssh_meaning {
    char host[256];
    int port;
    char via[80]; /* "ProxyJump gate": what it goes through; "": nothing */
    char key_name[300]; /* as known_hosts has it: "192.0.2.7", "[gate]:2222" */
};
int ssh_resolve(struct ssh_meaning *meaning, const struct ssh_target *to,
                struct err *err);

/*
 * Why it ended, of its own words: ssh-host-unknown, ssh-host-changed,
 * ssh-denied, ssh-failed (ERR_HELPER).  Returns -1.
 */
int ssh_explain(const struct proc *proc, const struct ssh_target *to,
                struct err *err);

/* The last line that it said about itself, or "". */
#define SSH_LINE_SIZE 256
void ssh_last_line(const struct proc *proc, char line[SSH_LINE_SIZE]);

#endif
