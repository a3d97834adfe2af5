/*
 * Loss on purpose in a program: its options, its decisions, and the files that
 * tell of them.
 */
#ifndef SERVERS_INJECT_H
#define SERVERS_INJECT_H

#include "lib/args.h"
#include "lib/err.h"
#include "lib/impair.h"
#include "servers/serve.h"

#include <stdint.h>

struct msg_header;
struct record;

struct inject {
    struct impair impair;
    const char *log_path, *served_path; /* NULL: no such file */
    int has_run_id; /* only the messages of run_id are written down */
    uint64_t run_id;
    struct record *log, *served;
    int64_t flush_ns; /* rows wait, and must be in the file by then; 0: none */
    int64_t dropped, duplicated, reordered;
};

/* Which message is decided about. */
struct inject_key {
    uint32_t conn;
    uint64_t seq;
    int is_logged; /* a message of ours: conn and seq are from its header */
};

/*
 * The key of a message with a header of ours.  With --run-id, messages of
 * another run are treated alike but written down nowhere: their numbers would
 * be taken for the run's own.
 */
struct inject_key inject_key_of(const struct inject *inject,
                                const struct msg_header *header);

/* No loss, seed 1, both directions. */
void inject_init(struct inject *inject);

/* --loss --loss-model --loss-burst --loss-direction --duplicate --reorder
 * --seed --log --served --run-id. */
struct args_group inject_group(struct inject *inject);

/* 1 when it may lose, double or hold back anything. */
int inject_is_on(const struct inject *inject);

/* The settings, as the lines after a server's own. */
void inject_show(const struct inject *inject, const struct serve *serve);

/*
 * Create the files.  Errors: those of record_open.
 */
int inject_open(struct inject *inject, struct err *err);

/*
 * What becomes of a message.  A drop or a duplicate is counted and logged
 * before this returns, that is before it is done; a reordering only when it
 * happens, see inject_overtaken.  Errors: those of record_add.
 */
int inject_decide(struct inject *inject, enum impair_direction direction,
                  const struct inject_key *key, enum impair_action *action,
                  struct err *err);

/* A later answer is about to leave before this one, on purpose. */
int inject_overtaken(struct inject *inject, const struct inject_key *key,
                     struct err *err);

/* A question got through to the server's side. */
int inject_served(struct inject *inject, const struct inject_key *key,
                  struct err *err);

/*
 * Rows are in the files after a second at most, however few there are.  To be
 * called when inject->flush_ns has passed; may be called at any time.
 */
int inject_flush(struct inject *inject, int64_t now_ns, struct err *err);

/* Flush and close.  For any inject, open or not. */
int inject_close(struct inject *inject, struct err *err);

#endif
