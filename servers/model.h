/*
 * The ways to serve many connections.  Each says where it listens once it can
 * serve, runs until SIGINT or SIGTERM, lets what is under way leave, and prints
 * the counts.  -1 when it could not begin: no memory, no descriptor.
 */
#ifndef SERVERS_MODEL_H
#define SERVERS_MODEL_H

#include "lib/clock.h"
#include "servers/crowd.h"

/* How long what is under way may take to leave. */
#define MODEL_DRAIN_NS CLOCK_NS_PER_S

/* The master accepts, a thread serves each connection. */
int model_thread(struct crowd *crowd, struct err *err);

/* One connection after the other; the others wait in the backlog. */
int model_single(struct crowd *crowd, struct err *err);

/* One thread, many connections: epoll. */
int model_epoll(struct crowd *crowd, struct err *err);

/* "thread", "single", "epoll"; NULL when there is no such model. */
int (*model_find(const char *name))(struct crowd *crowd, struct err *err);

#endif
