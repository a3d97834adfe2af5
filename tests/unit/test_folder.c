#define _GNU_SOURCE
#include "harness/folder.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int has_links = 1;

/* In place of the C library's: a file system that may know no links. */
int symlink(const char *from, const char *to)
{
    if (has_links)
        return symlinkat(from, AT_FDCWD, to);
    errno = EPERM;
    return -1;
}

static int is_link(const char *path)
{
    struct stat is;

    return lstat(path, &is) == 0 && S_ISLNK(is.st_mode);
}

static void test_a_file_is_placed_with_and_without_links(void)
{
    struct buf text = {0}, got = {0};
    struct err err = {0};

    buf_add(&text, "what it says\n");
    CHECK_INT(folder_write(".", "from", &text, &err), 0);
    CHECK_INT(folder_place("from", ".", "to", &err), 0);
    CHECK(is_link("to"));
    has_links = 0;
    CHECK_INT(folder_place("from", ".", "to", &err), 0);
    CHECK(!is_link("to"));
    CHECK_INT(folder_read(&got, ".", "to", &err), 0);
    CHECK_STR(buf_text(&got), buf_text(&text));
    CHECK_INT(folder_place("from", "nowhere", "to", &err), -1);
    CHECK_STR(err.id, "report-write");
    buf_release(&text);
    buf_release(&got);
}

int main(void)
{
    test_a_file_is_placed_with_and_without_links();
    return check_done();
}
