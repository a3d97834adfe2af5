/*
 * The ways to serve many connections.  Each runs until SIGINT or SIGTERM,
 * then lets what is under way leave, and prints the counts.
 */
#ifndef SERVERS_MODEL_H
#define SERVERS_MODEL_H

#include "servers/crowd.h"

/* The master accepts, a thread serves each connection. */
void model_thread(struct crowd *crowd);

/* One connection after the other; the others wait in the backlog. */
void model_single(struct crowd *crowd);

/* One thread, many connections: epoll. */
void model_epoll(struct crowd *crowd);

/* "thread", "single", "epoll"; NULL when there is no such model. */
void (*model_find(const char *name))(struct crowd *crowd);

#endif
