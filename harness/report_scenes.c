#include "harness/report_scenes.h"

#include "harness/latex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS = 65,    /* of typewriter type in a column of the page */
    MAX_LINES = 64,  /* of a figure, one below the other */
    MAX_ROWS = 4,    /* scenes in a figure */
    MAX_PARTIES = 6, /* texts in a panel */
    MAX_BYTES = 65536,
};

/* What one program showed. */
struct party {
    const char *name; /* "client-A.txt" */
    char *text;       /* without NUL bytes but the last */
    size_t n;
    int is_cut; /* the file goes on */
};

struct panel {
    struct party party[MAX_PARTIES];
    int n;
};

/* A scene: clients and server side by side. */
struct row {
    const struct report_run *run;
    struct panel clients, server;
};

/* ---- which scenes ---- */

static int ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

static enum report_scenes place_of(const struct result_run *run)
{
    if (ends_with(run->key, "telnet"))
        return REPORT_SCENES_TELNET;
    if (!report_run_is_local(run))
        return REPORT_SCENES_CLOUD;
    if (result_run_is_udp(run))
        return REPORT_SCENES_UDP;
    return strcmp(run->server, "simple") == 0 ? REPORT_SCENES_SIMPLE
                                              : REPORT_SCENES_ECHO;
}

static int has_text(const struct result_run *run)
{
    for (int i = 0; i < run->nfiles; i++)
        if (ends_with(run->files[i].name, ".txt"))
            return 1;
    return 0;
}

static int is_shown(const struct report_run *run, enum report_scenes place)
{
    return place_of(run->run) == place && has_text(run->run);
}

static const struct report_run *first_of(const struct report_set *set,
                                         enum report_scenes place)
{
    const struct report_runs *of = &set->of[REPORT_SCENE];

    for (int i = 0; i < of->n; i++)
        if (is_shown(&of->run[i], place))
            return &of->run[i];
    return NULL;
}

void report_scenes_values(struct values *values, const struct report_set *set)
{
    static const char *const names[REPORT_SCENES_PLACES] = {
        "simple", "echo", "cloud", "udp", "telnet"};
    const struct report_run *run;

    for (int place = 0; place < REPORT_SCENES_PLACES; place++) {
        run = first_of(set, (enum report_scenes)place);
        if (run)
            values_text(values, "scene", names[place], run->run->dir);
    }
    run = first_of(set, REPORT_SCENES_TELNET);
    if (run && report_run_is_local(run->run))
        values_text(values, "scene", "telnet.here", "here");
}

/* ---- reading ---- */

/* What TeX could not show anyway must not end the text. */
static void hide_nuls(char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] == '\0')
            text[i] = '\x01';
}

static int read_party(struct party *party, const char *path, struct err *err)
{
    FILE *file = fopen(path, "re");
    int failed;

    if (!file)
        return err_sys(err, ERR_RESULTS, "results-open", "cannot open %s",
                       path);
    party->text = malloc(MAX_BYTES + 1);
    if (party->text)
        party->n = fread(party->text, 1, MAX_BYTES, file);
    party->is_cut = party->text && getc(file) != EOF;
    failed = ferror(file);
    fclose(file);
    if (!party->text)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    if (failed)
        return err_set(err, ERR_RESULTS, "results-read", "cannot read %s",
                       path);
    hide_nuls(party->text, party->n);
    party->text[party->n] = '\0';
    return 0;
}

/* Clients come in the order of the manifest. */
static int read_row(struct row *row, const struct report_run *run,
                    struct err *err)
{
    char path[4096];

    row->run = run;
    for (int i = 0; i < run->run->nfiles; i++) {
        const char *name = run->run->files[i].name;
        struct panel *panel = strcmp(name, "server.txt") == 0 ? &row->server
                                                              : &row->clients;

        if (!ends_with(name, ".txt") || panel->n == MAX_PARTIES)
            continue;
        panel->party[panel->n].name = name;
        if (result_file_path(path, run->result, run->run, name, err) < 0 ||
            read_party(&panel->party[panel->n++], path, err) < 0)
            return -1;
    }
    return 0;
}

static void release(struct row *rows)
{
    for (int r = 0; r < MAX_ROWS; r++)
        for (int i = 0; i < MAX_PARTIES; i++) {
            free(rows[r].clients.party[i].text);
            free(rows[r].server.party[i].text);
        }
}

/* ---- lines ---- */

/* Where to break what does not fit: behind a space, when one is near. */
static size_t break_at(const char *text, size_t n)
{
    for (size_t k = n; k > n / 2; k--)
        if (text[k - 1] == ' ')
            return k;
    return n;
}

/* The piece at *at that fits a line of the page; *at moves on behind it. */
static size_t next_piece(const char **at, int is_first)
{
    size_t line = strcspn(*at, "\n");
    size_t n = latex_columns(*at, line, is_first ? COLUMNS : COLUMNS - 2);

    if (n < line)
        n = break_at(*at, n);
    *at += n;
    if (n == line && **at == '\n')
        ++*at;
    return n;
}

/*
 * The first lines of a text, at most `most`; the last of them says so when
 * there is more.  Without `to` they are only counted.
 */
static int put_lines(struct buf *to, const struct party *party, int most)
{
    const char *at = party->text;
    int n = 0, is_first = 1;

    while (at && *at) {
        const char *piece = at;
        size_t size = next_piece(&at, is_first);

        if (++n == most && (*at || party->is_cut)) {
            if (to)
                buf_add(to, "\\Tcut\n");
            break;
        }
        if (to) {
            buf_add(to, is_first ? "\\Tline{" : "\\Tmore{");
            latex_line(to, piece, size);
            buf_add(to, "}\n");
        }
        is_first = at[-1] == '\n';
    }
    return n;
}

static int count_lines(const struct panel *panel)
{
    int n = panel->n > 1 ? panel->n : 0; /* a heading for each */

    for (int i = 0; i < panel->n; i++)
        n += put_lines(NULL, &panel->party[i], MAX_LINES);
    return n;
}

/* "client-A.txt" as "client A". */
static void put_heading(struct buf *to, const char *name)
{
    char text[32];

    snprintf(text, sizeof text, "%.*s", (int)(strlen(name) - 4), name);
    if (strchr(text, '-'))
        *strchr(text, '-') = ' ';
    buf_add(to, "\\Thead{");
    latex_escape(to, text);
    buf_add(to, "}\n");
}

/* Exactly `most` lines, empty ones at the end, so that neighbours match. */
static void put_panel(struct buf *to, const struct panel *panel, int most)
{
    int n = 0;

    for (int i = 0; i < panel->n && n < most; i++) {
        int others = panel->n - i, room = (most - n) / others;

        if (panel->n > 1) {
            put_heading(to, panel->party[i].name);
            n++;
            room--;
        }
        n += put_lines(to, &panel->party[i], room > 1 ? room : 1);
    }
    for (; n < most; n++)
        buf_add(to, "\\Tline{}\n");
}

/* ---- panels ---- */

/* "one client", "several clients", or the scene as the scenario calls it. */
static void put_scene(struct buf *to, const struct report_run *run)
{
    if (ends_with(run->run->key, "single"))
        buf_add(to, "one client");
    else if (ends_with(run->run->key, "many"))
        buf_add(to, "several clients");
    else
        latex_escape(to, run->run->key);
}

static void put_title(struct buf *to, const struct row *row, int letter,
                      const char *who)
{
    buf_addf(to, "\\Panel{(%c) ", letter);
    put_scene(to, row->run);
    buf_addf(to, ": %s}{%%\n", who);
}

/* How many lines a row would like to have. */
static int wish_of(const struct row *row)
{
    int left = count_lines(&row->clients), right = count_lines(&row->server);

    return left > right ? left : right;
}

/* Who needs less than a fair share leaves the rest to those who need more. */
static int room_of(const struct row *rows, int n)
{
    int fair = MAX_LINES / n, spare = 0, hungry = 0;

    for (int i = 0; i < n; i++) {
        int wish = wish_of(&rows[i]);

        hungry += wish > fair;
        spare += wish < fair ? fair - wish : 0;
    }
    return fair + (hungry ? spare / hungry : 0);
}

static void put_clients(struct buf *to, const struct row *row, int *letter,
                        int lines)
{
    put_title(to, row, (*letter)++,
              row->clients.n == 1 ? "the client" : "the clients");
    put_panel(to, &row->clients, lines);
    buf_add(to, "}");
}

/*
 * Clients left, server right; where nobody saw the server, the clients of the
 * next such scene are.  Returns how many scenes that were.
 */
static int put_row(struct buf *to, const struct row *row, int is_last,
                   int *letter, int most)
{
    int is_pair = !row->server.n && !is_last && !row[1].server.n;
    int wish = wish_of(row), lines;

    if (is_pair && wish_of(&row[1]) > wish)
        wish = wish_of(&row[1]);
    lines = wish < most ? wish : most;
    put_clients(to, row, letter, lines);
    if (is_pair) {
        buf_add(to, "\\hfill\n");
        put_clients(to, &row[1], letter, lines);
    }
    if (row->server.n > 0) {
        buf_add(to, "\\hfill\n");
        put_title(to, row, (*letter)++, "the server");
        put_panel(to, &row->server, lines);
        buf_add(to, "}");
    }
    buf_add(to, "\\par\n");
    return is_pair ? 2 : 1;
}

/* Of telnet the client alone, half a column at most. */
static void put_listing(struct buf *to, const struct row *row)
{
    int wish = count_lines(&row->clients);

    put_panel(to, &row->clients, wish < MAX_LINES / 2 ? wish : MAX_LINES / 2);
}

static void put_rows(struct buf *to, const struct row *rows, int n,
                     enum report_scenes place)
{
    int letter = 'a', room = n ? room_of(rows, n) : 0;

    for (int i = 0; i < n;) {
        if (place == REPORT_SCENES_TELNET)
            put_listing(to, &rows[i++]);
        else
            i += put_row(to, &rows[i], i + 1 == n, &letter, room);
    }
}

/* Returns how many there are, of which the first `most` are read. */
static int read_rows(struct row *rows, int most, const struct report_set *set,
                     enum report_scenes place, struct err *err)
{
    const struct report_runs *of = &set->of[REPORT_SCENE];
    int n = 0;

    for (int i = 0; i < of->n; i++) {
        if (!is_shown(&of->run[i], place))
            continue;
        if (n < most && read_row(&rows[n], &of->run[i], err) < 0)
            return -1;
        n++;
    }
    return n;
}

int report_scenes_put(struct buf *to, const struct report_set *set,
                      enum report_scenes place, struct err *err)
{
    int most = place == REPORT_SCENES_TELNET ? 1 : MAX_ROWS, n;
    struct row rows[MAX_ROWS];

    memset(rows, 0, sizeof rows);
    n = read_rows(rows, most, set, place, err);
    if (n >= 0)
        put_rows(to, rows, n < most ? n : most, place);
    if (n > most)
        buf_addf(to, "\\Tleft{%d}\n", n - most);
    release(rows);
    return n < 0 ? -1 : 0;
}

int report_scenes_listing(struct buf *to, const struct report_run *run,
                          const char *file, int most, struct err *err)
{
    struct party party = {.name = file};
    char path[4096];
    int failed;

    failed = result_file_path(path, run->result, run->run, file, err) < 0 ||
             read_party(&party, path, err) < 0;
    if (!failed)
        (void)put_lines(to, &party, most);
    free(party.text);
    return failed ? -1 : 0;
}
