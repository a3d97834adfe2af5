/*
 * The life of TCP connections: making them a few at a time, making them again
 * when they broke, and what is written of them at their end.  Errors as in
 * clients/lane.h: what fails at the peer is in the lines and in rows.
 */
#ifndef CLIENTS_CONNECT_H
#define CLIENTS_CONNECT_H

#include "clients/lane.h"

/* Addresses of ours that reach an IPv4 loopback peer, besides the first. */
enum { CONNECT_SOURCES = 250 };

/*
 * Connect all lines of the lane, before the first message.  What could not be
 * connected is closed; its line tells why.
 */
void connect_all(struct lane *lane);

/*
 * The load begins: lines without connection become rows and are tried again,
 * where the plan wants that.
 */
int connect_mourn(struct lane *lane, struct err *err);

/* Connect again what is due for it, and begin there. */
int connect_revive(struct lane *lane, struct err *err);

/* One message was all that this connection was for: close it, make the next. */
int connect_renew(struct lane *lane, struct line *line, struct err *err);

/* The peer ended it, or it is of no more use; line->end says how. */
int connect_lose(struct lane *lane, struct line *line, struct err *err);

/* Nothing is asked for: what comes now is the end, or too much. */
void connect_listen_once_more(struct lane *lane, struct line *line);

/* Write its line of connections.csv, once, and close it. */
int connect_close(struct lane *lane, struct line *line, struct err *err);

#endif
