#include "harness/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct hash {
    crypto_hash_sha256_state state;
};

struct hash *hash_new(void)
{
    struct hash *hash = malloc(sizeof *hash);

    if (hash)
        crypto_hash_sha256_init(&hash->state);
    return hash;
}

void hash_add(struct hash *hash, const void *bytes, size_t n)
{
    crypto_hash_sha256_update(&hash->state, bytes, n);
}

void hash_take_hex(struct hash *hash, char hex[HASH_HEX_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];

    crypto_hash_sha256_final(&hash->state, digest);
    sodium_bin2hex(hex, HASH_HEX_SIZE, digest, sizeof digest);
    free(hash);
}

static int64_t add_all(int fd, struct hash *hash)
{
    static const size_t chunk = 1 << 16;
    char *bytes = malloc(chunk);
    int64_t total = 0;
    ssize_t n = -1;

    while (bytes && (n = read(fd, bytes, chunk)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        hash_add(hash, bytes, (size_t)n);
        total += n;
    }
    free(bytes);
    return n < 0 ? -1 : total;
}

int hash_file(const char *path, char hex[HASH_HEX_SIZE], int64_t *bytes,
              struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct hash *hash = NULL;
    struct stat st;

    if (fd < 0)
        return err_sys(err, ERR_RESULTS, "results-open", "cannot open %s",
                       path);
    if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(err, ERR_RESULTS, "results-open",
                       "cannot open %s: not a regular file", path);
    }
    hash = hash_new();
    *bytes = hash ? add_all(fd, hash) : -1;
    close(fd);
    if (hash)
        hash_take_hex(hash, hex);
    if (*bytes < 0)
        return err_sys(err, ERR_RESULTS, "results-read", "cannot read %s",
                       path);
    return 0;
}

void hash_random_id(char id[17])
{
    unsigned char bytes[8];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(id, 17, bytes, sizeof bytes);
}
