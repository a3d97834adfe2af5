/* What the clients that measure share: options, hello, record, summary. */
#ifndef CLIENTS_MEASURE_H
#define CLIENTS_MEASURE_H

/* What one such client is. */
struct measure_program {
    const char *name;
    const char *doc;
    const char *more;
    int persists; /* failures end nothing and are no fault of the run */
};

/* The whole program.  Returns the exit status, or ends it by a signal. */
int measure_main(const struct measure_program *program, int argc, char **argv);

#endif
