/* Who has a port. */
#ifndef SERVERS_HOLDER_H
#define SERVERS_HOLDER_H

#define HOLDER_TEXT_SIZE 64

/* What could not be bound. */
struct holder_port {
    const char *host; /* "127.0.0.1"; of a name only the port counts */
    int port;
    int is_udp;
};

/*
 * The program that is in the way: "echo-server (pid 1234)".  0, or -1 when
 * that cannot be known: a process of somebody else, or of another network.
 */
int holder_find(const struct holder_port *at, char text[HOLDER_TEXT_SIZE]);

#endif
