#include "harness/hash.h"
#include "tests/unit/check.h"

#include <sodium.h>
#include <stdlib.h>

/* n bytes added in steps of `step`, against libsodium in one go. */
static int agrees(size_t n, size_t step)
{
    unsigned char *bytes = malloc(n + 1), digest[crypto_hash_sha256_BYTES];
    char want[HASH_HEX_SIZE], got[HASH_HEX_SIZE];
    struct hash *hash = hash_new();

    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)(i * 2654435761U >> 11);
    for (size_t at = 0; at < n; at += step)
        hash_add(hash, bytes + at, n - at < step ? n - at : step);
    hash_take_hex(hash, got);
    crypto_hash_sha256(digest, bytes, n);
    sodium_bin2hex(want, sizeof want, digest, sizeof digest);
    free(bytes);
    return strcmp(want, got) == 0;
}

/* FIPS 180-4: the empty text and "abc". */
static void test_known(void)
{
    char hex[HASH_HEX_SIZE];
    struct hash *hash = hash_new();

    hash_take_hex(hash, hex);
    CHECK_STR(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b78"
                   "52b855");
    hash = hash_new();
    hash_add(hash, "a", 1);
    hash_add(hash, "bc", 2);
    hash_take_hex(hash, hex);
    CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f2"
                   "0015ad");
}

/* Below, at and far above what starts a thread; parts of every size. */
static void test_sizes(void)
{
    static const size_t sizes[] = {1,       4096,    1048575, 1048576,
                                   1048577, 3000000, 20000000};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        CHECK(agrees(sizes[i], 131072));
        CHECK(agrees(sizes[i], 50001));
        CHECK(agrees(sizes[i], sizes[i]));
    }
    CHECK(agrees(2000000, 997));
}

int main(void)
{
    test_known();
    test_sizes();
    return check_done();
}
