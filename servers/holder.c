#include "servers/holder.h"

#include <ctype.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LISTENS = 0x0a, INODES = 32 };

/* The sockets of a port: SO_REUSEADDR may leave more than one. */
struct sockets {
    unsigned long inode[INODES];
    int n;
};

/* "127.0.0.1" as the kernel's tables have it; 0 for what is no such address. */
static unsigned kernel_address(const char *host)
{
    unsigned char byte[4];
    uint32_t address;

    if (sscanf(host, // NOLINT(cert-err34-c): what is out of range fits nothing
               "%hhu.%hhu.%hhu.%hhu", &byte[0], &byte[1], &byte[2],
               &byte[3]) != 4)
        return 0;
    memcpy(&address, byte, sizeof address);
    return address;
}

/*
 * Rows of /proc/net/tcp and its kin: "sl local:port remote:port state
 * tx:rx tr:when retransmits uid timeout inode ...", numbers in hex.
 */
static int parse_row(const char *line, const struct holder_port *at,
                     unsigned long *inode)
{
    unsigned want = kernel_address(at->host), port, state;
    char local[40];

    if (sscanf(line, // NOLINT(cert-err34-c): a table of the kernel
               "%*u: %39[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*x:%*x "
               "%*x:%*x %*x %*u %*u %lu",
               local, &port, &state, inode) != 4 ||
        port != (unsigned)at->port || (!at->is_udp && state != LISTENS))
        return 0;
    /* IPv6 sockets may have IPv4's port too; 0 is every address. */
    return strlen(local) > 8 || !want || !strtoul(local, NULL, 16) ||
           strtoul(local, NULL, 16) == want;
}

static void scan_table(const char *path, const struct holder_port *at,
                       struct sockets *found)
{
    FILE *table = fopen(path, "re");
    char line[512];

    while (table && found->n < INODES && fgets(line, sizeof line, table))
        found->n += parse_row(line, at, &found->inode[found->n]);
    if (table)
        fclose(table);
}

static int has_one_of(const char *link, const struct sockets *sockets)
{
    char name[40];

    for (int i = 0; i < sockets->n; i++) {
        snprintf(name, sizeof name, "socket:[%lu]", sockets->inode[i]);
        if (strcmp(link, name) == 0)
            return 1;
    }
    return 0;
}

/* Whether a process has one of them open. */
static int holds(const char *pid, const struct sockets *sockets)
{
    char path[64], link[64];
    struct dirent *entry;
    DIR *fds;
    int found = 0;

    snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
    fds = opendir(path);
    while (fds && !found && (entry = readdir(fds))) {
        ssize_t n = readlinkat(dirfd(fds), entry->d_name, link,
                               sizeof link - 1);

        link[n < 0 ? 0 : n] = '\0';
        found = has_one_of(link, sockets);
    }
    if (fds)
        closedir(fds);
    return found;
}

static void describe(const char *pid, char text[HOLDER_TEXT_SIZE])
{
    char path[64], name[17] = "?";
    FILE *comm;

    snprintf(path, sizeof path, "/proc/%.20s/comm", pid);
    comm = fopen(path, "re");
    if (comm && fgets(name, sizeof name, comm))
        name[strcspn(name, "\n")] = '\0';
    if (comm)
        fclose(comm);
    snprintf(text, HOLDER_TEXT_SIZE, "%s (pid %.20s)", name, pid);
}

static int find_process(const struct sockets *sockets,
                        char text[HOLDER_TEXT_SIZE])
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    int found = 0;

    while (proc && !found && (entry = readdir(proc))) {
        found = isdigit((unsigned char)entry->d_name[0]) &&
                holds(entry->d_name, sockets);
        if (found)
            describe(entry->d_name, text);
    }
    if (proc)
        closedir(proc);
    return found ? 0 : -1;
}

int holder_find(const struct holder_port *at, char text[HOLDER_TEXT_SIZE])
{
    struct sockets sockets = {.n = 0};

    scan_table(at->is_udp ? "/proc/net/udp" : "/proc/net/tcp", at, &sockets);
    scan_table(at->is_udp ? "/proc/net/udp6" : "/proc/net/tcp6", at, &sockets);
    return sockets.n ? find_process(&sockets, text) : -1;
}
